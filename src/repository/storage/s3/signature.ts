import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from '../spec.js';

/*
 * AWS Signature Version 4 in the Authorization header, after "Signature Version 4 signing process" of AWS's IAM user guide
 * and "Authenticating Requests: Using the Authorization Header" of its S3 reference. S3 differs from other services in that
 * the path is encoded once and not normalized. What is written here is checked against AWS's published examples, and against
 * the signer of AWS's SDK.
 */

/** In place of the hash of a body whose MD5 is signed instead. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface SignableRequest {
  readonly method: string;
  /** Encoded, as it is sent. */
  readonly path: string;
  /** Encoded and sorted, without `?`. */
  readonly query: string;
  /** All that are to be signed, their names in lower case; `host` and `x-amz-date` must be among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SHA-256 of the body in hexadecimal, or `UNSIGNED_PAYLOAD`. */
  readonly payloadHash: string;
}

export type Signer = (request: SignableRequest, credentials: S3Credentials) => string;

/** Gives the value of the Authorization header. The signing key, which changes once a day, is kept. */
export function signer(region: string, service = 's3'): Signer {
  let key: { readonly of: S3Credentials; readonly day: string; readonly bytes: Buffer } | undefined;
  return (request, credentials) => {
    const { headers } = request;
    const sentAt = headers['x-amz-date'] ?? '';
    const day = sentAt.slice(0, 8);
    if (key?.of !== credentials || key.day !== day) {
      key = { of: credentials, day, bytes: signingKey(credentials.secretAccessKey, day, region, service) };
    }
    const names = Object.keys(headers).sort();
    const signedNames = names.join(';');
    const canonicalHeaders = names.map((name) => `${name}:${canonicalValue(headers[name]!)}\n`).join('');
    const { method, path, query, payloadHash } = request;
    const canonicalRequest = `${method}\n${path}\n${query}\n${canonicalHeaders}\n${signedNames}\n${payloadHash}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signature = hmac(key.bytes, `${ALGORITHM}\n${sentAt}\n${scope}\n${sha256Hex(canonicalRequest)}`);
    const credential = `${credentials.accessKeyId}/${scope}`;
    return `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedNames}, Signature=${signature.toString('hex')}`;
  };
}

/** A moment as in the `x-amz-date` header: `20130524T000000Z`. */
export const amzDate = (atMs: number): string => new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

export function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const ofDay = hmac(`AWS4${secret}`, day);
  return hmac(hmac(hmac(ofDay, region), service), 'aws4_request');
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const canonicalValue = (value: string): string => value.trim().replace(/\s+/g, ' ');
