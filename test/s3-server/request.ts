import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as the server sees it, its body read whole. */
export interface S3Request {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string;
  readonly key: string;
  /** The path as it was sent, encoded. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly operation: string;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
}

/** A refusal in S3's terms. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;

  constructor(status: number, code: string, details: Readonly<Record<string, string>> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export const header = (request: Pick<S3Request, 'headers'>, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
};

/** The bucket is in the host (`bucket.localhost`) or first in the path. */
export function parseRequest(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): S3Request {
  const [rawPath = '/', rawQuery = ''] = url.split('?', 2);
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const inHost = host.endsWith('.localhost') ? host.slice(0, -'.localhost'.length) : undefined;
  const path = rawPath.slice(1);
  const slash = path.indexOf('/');
  const first = slash < 0 ? path : path.slice(0, slash);
  const bucket = inHost ?? decodeURIComponent(first);
  const rawKey = inHost === undefined ? (slash < 0 ? '' : path.slice(slash + 1)) : path;
  const query = new Map(
    rawQuery
      .split('&')
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', value = ''] = part.split('=', 2);
        return [decodeURIComponent(name), decodeURIComponent(value)] as const;
      }),
  );
  const key = decodeURIComponent(rawKey);
  const operation = operationOf(method, key !== '', query);
  return { method, headers, bucket, key, rawPath, query, body, operation };
}

function operationOf(method: string, hasKey: boolean, query: ReadonlyMap<string, string>): string {
  if (!hasKey) {
    if (method === 'GET') return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
    if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
    if (method === 'HEAD') return 'HeadBucket';
    return method === 'PUT' ? 'CreateBucket' : 'Unknown';
  }
  const inUpload = query.has('uploadId');
  if (method === 'PUT') return inUpload ? 'UploadPart' : 'PutObject';
  if (method === 'GET') return inUpload ? 'ListParts' : 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'DELETE') return inUpload ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  return method === 'POST' && inUpload ? 'CompleteMultipartUpload' : 'Unknown';
}

/** Throws BadDigest or InvalidDigest if a body is not what its Content-MD5 says. */
export function checkMd5(request: S3Request, required: boolean): void {
  const sent = header(request, 'content-md5');
  if (sent === undefined) {
    if (required) throw new S3Refusal(400, 'InvalidRequest');
    return;
  }
  if (Buffer.from(sent, 'base64').length !== 16) throw new S3Refusal(400, 'InvalidDigest');
  const actual = createHash('md5').update(request.body).digest('base64');
  if (actual !== sent) throw new S3Refusal(400, 'BadDigest');
}
