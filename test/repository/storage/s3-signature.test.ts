import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import test from 'ava';
import * as fc from 'fast-check';
import {
  amzDate,
  sha256Hex,
  signer,
  signingKey,
  UNSIGNED_PAYLOAD,
} from '../../../src/repository/storage/s3/signature.js';
import { encodeKey, encodeQuery, encodeUri } from '../../../src/repository/storage/s3/uri.js';

/** Whose keys AWS's documents have. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const signatureOf = (authorization: string): string => /Signature=(\w+)$/.exec(authorization)![1]!;

test("the signing key is that of AWS's example", (t) => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  t.is(
    signingKey(secret, '20120215', 'us-east-1', 'iam').toString('hex'),
    'f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d',
  );
  t.is(
    signingKey(secret, '20150830', 'us-east-1', 'iam').toString('hex'),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

test("get-vanilla of AWS's test suite", (t) => {
  const authorization = signer('us-east-1', 'service')(
    {
      method: 'GET',
      path: '/',
      query: '',
      headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
      payloadHash: EMPTY_HASH,
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  );
  t.is(
    authorization,
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      'SignedHeaders=host;x-amz-date, ' +
      'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});

/** Of "Authenticating Requests: Using the Authorization Header" in the reference of S3. */
const S3_EXAMPLES = {
  'GET object': {
    method: 'GET',
    path: '/test.txt',
    query: '',
    headers: { range: 'bytes=0-9' },
    payloadHash: EMPTY_HASH,
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  'PUT object': {
    method: 'PUT',
    path: `/${encodeKey('test$file.text')}`,
    query: '',
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    payloadHash: sha256Hex('Welcome to Amazon S3.'),
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  'GET bucket lifecycle': {
    method: 'GET',
    path: '/',
    query: encodeQuery({ lifecycle: '' }),
    headers: {},
    payloadHash: EMPTY_HASH,
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  'GET bucket (list objects)': {
    method: 'GET',
    path: '/',
    query: encodeQuery({ prefix: 'J', 'max-keys': '2' }),
    headers: {},
    payloadHash: EMPTY_HASH,
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
} as const;

for (const [name, { signature, headers, ...request }] of Object.entries(S3_EXAMPLES)) {
  test(`${name} of AWS's examples for S3`, (t) => {
    const all = {
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': amzDate(Date.UTC(2013, 4, 24)),
      'x-amz-content-sha256': request.payloadHash,
      ...headers,
    };
    const sign = signer('us-east-1');
    const authorization = sign(
      { ...request, headers: all },
      { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET },
    );
    t.is(signatureOf(authorization), signature);
  });
}

/** What AWS's signer wants of a hash. */
class NodeSha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: unknown) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: unknown): void {
    this.hash.update(data as Uint8Array);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

const word = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019-')), minLength: 1, maxLength: 12 });
/** Characters that encoding, trimming or sorting may get wrong. */
const text = fc.string({
  unit: fc.constantFrom(...Array.from('aZ09 ~-._/!\'()*&=+?%#"<>äß€𝄞,;:@$')),
  maxLength: 12,
});
const value = fc.string({
  unit: fc.constantFrom(...Array.from('aZ09 ~-._/!\'()*&=+?%#"<>,;:@$')),
  maxLength: 20,
});
const key = text.map((part) => `/bucket/${part.replace(/\/+/g, '/')}x`);

test("any request is signed as AWS's own signer does", async (t) => {
  const at = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
        key,
        query: fc.dictionary(word, text, { maxKeys: 4 }),
        headers: fc.dictionary(
          word.map((name) => `x-amz-${name.toLowerCase()}`),
          value,
          { maxKeys: 4 },
        ),
        accessKeyId: word,
        secretAccessKey: text,
        sessionToken: fc.option(word, { nil: undefined }),
        region: word,
        payloadHash: fc.constantFrom(UNSIGNED_PAYLOAD, sha256Hex('body')),
        at,
      }),
      async (drawn) => {
        const { accessKeyId, secretAccessKey, sessionToken, region, method, query, payloadHash } = drawn;
        const headers = {
          ...drawn.headers,
          host: 'host.example:7480',
          'x-amz-date': amzDate(drawn.at.getTime()),
          'x-amz-content-sha256': payloadHash,
          ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
        };
        const credentials = {
          accessKeyId,
          secretAccessKey,
          ...(sessionToken === undefined ? {} : { sessionToken }),
        };
        const path = encodeKey(drawn.key);
        const theirs = await new SignatureV4({
          credentials,
          region,
          service: 's3',
          sha256: NodeSha256,
          uriEscapePath: false,
        }).sign(
          { method, protocol: 'http:', hostname: 'host.example', path, query, headers },
          { signingDate: drawn.at },
        );
        const ours = signer(region)(
          { method, path, query: encodeQuery(query), headers, payloadHash },
          credentials,
        );
        t.is(ours, theirs.headers['authorization']!);
      },
    ),
  );
});

test('a signer that is used again takes a new key for a new day and for other credentials', (t) => {
  const sign = signer('us-east-1');
  const request = (at: string) => ({
    method: 'GET',
    path: '/',
    query: '',
    headers: { host: 'h', 'x-amz-date': at },
    payloadHash: EMPTY_HASH,
  });
  const one = { accessKeyId: 'a', secretAccessKey: 'one' };
  const two = { accessKeyId: 'a', secretAccessKey: 'two' };
  for (const [credentials, at] of [
    [one, '20260101T235959Z'],
    [one, '20260102T000000Z'],
    [two, '20260102T000000Z'],
    [one, '20260102T000001Z'],
  ] as const) {
    t.is(sign(request(at), credentials), signer('us-east-1')(request(at), credentials));
  }
});

test('what is encoded is decoded to what it was, and holds nothing that an address has a meaning for', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
      const encoded = encodeUri(plain);
      return decodeURIComponent(encoded) === plain && /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/.test(encoded);
    }),
  );
  t.is(encodeKey("a b/!'()*"), 'a%20b/%21%27%28%29%2A');
});
