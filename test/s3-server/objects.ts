import { createHash } from 'node:crypto';
import { checkMd5, header, S3Refusal, type S3Answer, type S3Request } from './request.js';
import type { StoredBucket, StoredObject } from './store.js';
import { textsOf, xmlDocument } from './xml.js';

export const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

export function metadataOf(request: S3Request): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

export function putObject(bucket: StoredBucket, request: S3Request): S3Answer {
  checkMd5(request, false);
  const etag = etagOf(request.body);
  bucket.objects.set(request.key, { bytes: request.body, etag, metadata: metadataOf(request) });
  return { status: 200, headers: { etag } };
}

export function getObject(bucket: StoredBucket, request: S3Request): S3Answer {
  const { bytes, etag, metadata } = existing(bucket, request);
  const ifMatch = header(request, 'if-match');
  if (ifMatch !== undefined && ifMatch !== etag) throw new S3Refusal(412, 'PreconditionFailed');
  const headers = { etag, ...metadata, 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d+)-(\d*)$/.exec(header(request, 'range') ?? '');
  if (!range) return { status: 200, headers, body: bytes };
  const from = Number(range[1]);
  const to = Math.min(range[2] === '' ? bytes.length : Number(range[2]) + 1, bytes.length);
  if (from >= to) throw new S3Refusal(416, 'InvalidRange');
  const contentRange = `bytes ${from}-${to - 1}/${bytes.length}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange },
    body: bytes.subarray(from, to),
  };
}

export function headObject(bucket: StoredBucket, request: S3Request): S3Answer {
  const { bytes, etag, metadata } = existing(bucket, request);
  return { status: 200, headers: { etag, ...metadata, 'content-length': bytes.length } };
}

export function deleteObject(bucket: StoredBucket, request: S3Request): S3Answer {
  bucket.objects.delete(request.key);
  return { status: 204 };
}

/** `refuse`: keys that cannot be removed, told of inside of an answer of status 200. */
export function deleteObjects(
  bucket: StoredBucket,
  request: S3Request,
  refuse: (key: string) => boolean,
): S3Answer {
  checkMd5(request, true);
  const document = request.body.toString();
  const keys = textsOf(document, 'Key');
  if (keys.length === 0 || keys.length > 1000) throw new S3Refusal(400, 'MalformedXML');
  const refused = keys.filter(refuse);
  for (const key of keys) if (!refused.includes(key)) bucket.objects.delete(key);
  const body = xmlDocument('DeleteResult', {
    Error: refused.map((Key) => ({ Key, Code: 'InternalError', Message: 'planted' })),
  });
  return { status: 200, body };
}

function existing(bucket: StoredBucket, request: S3Request): StoredObject {
  const object = bucket.objects.get(request.key);
  if (!object) throw new S3Refusal(404, 'NoSuchKey');
  return object;
}
