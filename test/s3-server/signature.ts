import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { header, S3Refusal, type S3Request } from './request.js';

export interface ServerCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignatureRules {
  readonly credentials: ServerCredentials;
  readonly region: string;
  readonly nowMs: number;
}

const MAX_SKEW_MS = 15 * 60_000;
const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Throws what S3 refuses a request with whose signature (AWS Signature Version 4, in headers) is not right. */
export function checkSignature(request: S3Request, rules: SignatureRules): void {
  const { keyId, scope, signedHeaders, signature } = parseAuthorization(header(request, 'authorization'));
  const { credentials } = rules;
  if (keyId !== credentials.accessKeyId) {
    throw new S3Refusal(403, 'InvalidAccessKeyId', { AWSAccessKeyId: keyId });
  }
  const sentAt = header(request, 'x-amz-date') ?? '';
  checkDate(sentAt, rules.nowMs);
  const wanted = `${sentAt.slice(0, 8)}/${rules.region}/s3/aws4_request`;
  if (scope !== wanted) throw new S3Refusal(400, 'AuthorizationHeaderMalformed', { Region: rules.region });
  if (credentials.sessionToken !== header(request, 'x-amz-security-token')) {
    throw new S3Refusal(400, 'InvalidToken');
  }
  checkSignedHeaders(request, signedHeaders);
  const payloadHash = checkPayload(request);
  const canonical = canonicalRequest(request, signedHeaders, payloadHash);
  const text = [ALGORITHM, sentAt, scope, sha256(canonical)].join('\n');
  const expected = hmac(signingKey(credentials.secretAccessKey, scope), text).toString('hex');
  if (!equal(expected, signature)) {
    // As AWS does: this is why answers must not be quoted.
    throw new S3Refusal(403, 'SignatureDoesNotMatch', {
      AWSAccessKeyId: keyId,
      StringToSign: text,
      SignatureProvided: signature,
    });
  }
}

interface Authorization {
  readonly keyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(text: string | undefined): Authorization {
  if (text === undefined) throw new S3Refusal(403, 'AccessDenied');
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      text,
    );
  if (!match) throw new S3Refusal(400, 'AuthorizationHeaderMalformed');
  const [, keyId = '', scope = '', names = '', signature = ''] = match;
  return { keyId, scope, signedHeaders: names.split(';'), signature };
}

function checkDate(sentAt: string, nowMs: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(sentAt);
  if (!match) throw new S3Refusal(403, 'AccessDenied');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const skewMs = Date.UTC(year, month - 1, day, hour, minute, second) - nowMs;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return;
  throw new S3Refusal(403, 'RequestTimeTooSkewed', { ServerTime: new Date(nowMs).toISOString() });
}

function checkSignedHeaders(request: S3Request, signed: readonly string[]): void {
  const needed = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (!needed.every((name) => signed.includes(name))) throw new S3Refusal(403, 'AccessDenied');
}

function checkPayload(request: S3Request): string {
  const declared = header(request, 'x-amz-content-sha256');
  if (declared === undefined) throw new S3Refusal(400, 'InvalidRequest');
  if (declared === 'UNSIGNED-PAYLOAD') return declared;
  if (!/^[0-9a-f]{64}$/.test(declared)) throw new S3Refusal(501, 'NotImplemented');
  if (declared !== sha256(request.body)) throw new S3Refusal(400, 'XAmzContentSHA256Mismatch');
  return declared;
}

function canonicalRequest(request: S3Request, signed: readonly string[], payloadHash: string): string {
  const path = request.rawPath
    .split('/')
    .map((part) => encoded(decodeURIComponent(part)))
    .join('/');
  const query = [...request.query]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = signed.map(
    (name) => `${name}:${(header(request, name) ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [request.method, path, query, headers.join(''), signed.join(';'), payloadHash].join('\n');
}

/** RFC 3986: encodeURIComponent leaves five characters alone that SigV4 does not. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function signingKey(secret: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
