import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  CreateMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import test, { type ExecutionContext } from 'ava';
import { parseRequest } from './request.js';
import { startS3Server, type S3Server, type S3ServerOptions } from './server.js';
import { checkSignature } from './signature.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function serve(t: ExecutionContext, options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server(options);
  t.teardown(() => server.close());
  return server;
}

function clientOf(server: S3Server, config: S3ClientConfig = {}): S3Client {
  const { endpoint, region, credentials } = server;
  return new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...config,
  });
}

interface Sent {
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

/** Changes what is sent after it was signed, as one between client and server could. */
function tamper(client: S3Client, change: (request: Sent) => void): S3Client {
  client.middlewareStack.add(
    (next) => (args) => {
      change(args.request as Sent);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'tamper' },
  );
  return client;
}

async function refusalOf(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
    return 'none';
  } catch (error) {
    const { Code, name } = error as { Code?: string; name: string };
    return Code ?? name;
  }
}

const put = (client: S3Client, input: { ContentMD5?: string } = {}): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a/b c', Body: 'body', ...input }));

const MD5_OF_BODY = 'hBotaJrYa9FhFEdFPCLG/A==';

test('what is signed rightly is taken', async (t) => {
  const server = await serve(t);
  const client = clientOf(server);
  t.is(await refusalOf(put(client)), 'none');
  t.is(await refusalOf(put(client, { ContentMD5: MD5_OF_BODY })), 'none');
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a/b c' }));
  t.is(await Body?.transformToString(), 'body');
});

/** The example of a signed GET in Amazon's documentation of Signature Version 4. */
test("Amazon's own example of a signature is right, and one bit of it matters", (t) => {
  const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
  const check = (sent: string): void => {
    const headers = {
      host: 'examplebucket.s3.amazonaws.com',
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${sent}`,
    };
    checkSignature(parseRequest('GET', '/test.txt', headers, Buffer.alloc(0)), {
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      region: 'us-east-1',
      nowMs: Date.UTC(2013, 4, 24),
    });
  };
  t.notThrows(() => check(signature));
  t.throws(() => check(signature.replace('f0', 'f1')), { message: 'SignatureDoesNotMatch' });
});

const FORGERIES: Readonly<Record<string, readonly [change: (request: Sent) => void, refusal: string]>> = {
  'another key': [(request) => (request.path = request.path.replace('b%20c', 'd')), 'SignatureDoesNotMatch'],
  'another query': [(request) => (request.query = { ...request.query, x: 'y' }), 'SignatureDoesNotMatch'],
  'a header': [(request) => (request.headers['content-type'] = 'text/html'), 'SignatureDoesNotMatch'],
  'a header that is not signed': [(request) => (request.headers['x-amz-meta-a'] = 'b'), 'AccessDenied'],
  'another body': [(request) => (request.body = 'BODY'), 'XAmzContentSHA256Mismatch'],
  'another signature': [
    (request) => {
      request.headers['authorization'] = request.headers['authorization']!.replace(/.$/, (last) =>
        last === '0' ? '1' : '0',
      );
    },
    'SignatureDoesNotMatch',
  ],
  'no signature': [(request) => delete request.headers['authorization'], 'AccessDenied'],
};

for (const [what, [change, refusal]] of Object.entries(FORGERIES)) {
  test(`${what}, put in after signing, is refused`, async (t) => {
    const server = await serve(t);
    t.is(await refusalOf(put(tamper(clientOf(server), change))), refusal);
    t.is(server.buckets.get('bucket')!.objects.size, 0);
  });
}

test('wrong keys, dates and regions are refused', async (t) => {
  const server = await serve(t);
  const { accessKeyId } = server.credentials;
  const wrong = (credentials: S3ClientConfig['credentials']): S3Client =>
    clientOf(server, { credentials: credentials! });
  t.is(await refusalOf(put(wrong({ accessKeyId, secretAccessKey: 'x' }))), 'SignatureDoesNotMatch');
  t.is(await refusalOf(put(wrong({ accessKeyId: 'x', secretAccessKey: 'x' }))), 'InvalidAccessKeyId');
  t.is(await refusalOf(put(wrong({ ...server.credentials, sessionToken: 'x' }))), 'InvalidToken');
  t.is(await refusalOf(put(clientOf(server, { systemClockOffset: -20 * 60_000 }))), 'RequestTimeTooSkewed');
  t.is(await refusalOf(put(clientOf(server, { systemClockOffset: 20 * 60_000 }))), 'RequestTimeTooSkewed');
  t.is(await refusalOf(put(clientOf(server, { region: 'eu-west-1' }))), 'AuthorizationHeaderMalformed');
  t.is(server.buckets.get('bucket')!.objects.size, 0);
});

test('a wrong MD5 is refused, and DeleteObjects wants one', async (t) => {
  const client = clientOf(await serve(t));
  t.is(await refusalOf(put(client, { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })), 'BadDigest');
  t.is(await refusalOf(put(client, { ContentMD5: 'AAAA' })), 'InvalidDigest');
  const deletion = new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects: [{ Key: 'a' }] } });
  t.is(await refusalOf(client.send(deletion)), 'InvalidRequest');
});

test('multipart uploads are checked part by part', async (t) => {
  const server = await serve(t, { minPartBytes: 4 });
  const client = clientOf(server);
  const object = { Bucket: 'bucket', Key: 'k' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  const upload = { ...object, UploadId: UploadId! };
  const send = async (PartNumber: number, Body: string): Promise<{ PartNumber: number; ETag: string }> => {
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    return { PartNumber, ETag: ETag! };
  };
  const [one, two, short] = [await send(1, 'aaaa'), await send(2, 'bbbb'), await send(3, 'c')];
  const complete = (...Parts: { PartNumber: number; ETag: string }[]): Promise<unknown> =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  t.is(await refusalOf(complete(two, one)), 'InvalidPartOrder');
  t.is(await refusalOf(complete({ ...one, ETag: two.ETag })), 'InvalidPart');
  t.is(await refusalOf(complete(one, { PartNumber: 7, ETag: two.ETag })), 'InvalidPart');
  const early = await send(4, 'dddd');
  t.is(await refusalOf(complete(one, short, early)), 'EntityTooSmall');
  const { Parts } = await client.send(new ListPartsCommand(upload));
  t.deepEqual(
    Parts?.map(({ Size }) => Size),
    [4, 4, 1, 4],
  );
  t.is(await refusalOf(client.send(new HeadObjectCommand(object))), 'NotFound');
  t.is(await refusalOf(complete(one, two, short)), 'none');
  t.is((await client.send(new HeadObjectCommand(object))).ContentLength, 9);
  t.is(await refusalOf(complete(one, two, short)), 'NoSuchUpload');
});

test('ranges and conditions', async (t) => {
  const client = clientOf(await serve(t));
  await put(client);
  const get = (input: { Range?: string; IfMatch?: string; Key?: string }): Promise<unknown> =>
    client
      .send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a/b c', ...input }))
      .then(({ Body, ContentRange }) => Body?.transformToString().then((text) => [text, ContentRange]));
  t.deepEqual(await get({ Range: 'bytes=1-' }), ['ody', 'bytes 1-3/4']);
  t.deepEqual(await get({ Range: 'bytes=1-2' }), ['od', 'bytes 1-2/4']);
  t.is(await refusalOf(get({ Range: 'bytes=4-' })), 'InvalidRange');
  t.is(await refusalOf(get({ IfMatch: '"x"' })), 'PreconditionFailed');
  t.is(await refusalOf(get({ Key: 'x' })), 'NoSuchKey');
});
