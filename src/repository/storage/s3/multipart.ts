import { DrillError } from '../../../base/errors.js';
import { placeOf, type Bucket } from './bucket.js';
import { unfinishedUploads } from './list.js';
import { guardOf } from './body-guard.js';
import { headersOf, type Writing } from './outcome.js';
import { MAX_PARTS } from './part-size.js';
import { abortUpload } from './remove.js';
import { escapeXml, textOf } from './xml.js';

/** One multipart upload under way. Its errors are the client's own. */
export interface MultipartUpload {
  /** Resolves once `body` is on its way: it must not be touched until `done`. Rejects if any part has failed. */
  add(body: Uint8Array, done: () => void): Promise<void>;
  /** Waits for the parts and makes the file appear. */
  complete(): Promise<void>;
  /** Cancels what is on its way and frees what the server holds. */
  abort(): Promise<void>;
}

interface Part {
  readonly number: number;
  readonly etag: string;
}

/** `md5s`: of the parts, in hexadecimal, where they are known. */
export async function beginMultipart(
  bucket: Bucket,
  writing: Writing,
  md5s?: readonly string[],
): Promise<MultipartUpload> {
  const { key } = writing;
  const uploadId = await begin(bucket, writing);
  const cancel = new AbortController();
  const parts: Part[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  let begun = 0;

  async function send(number: number, body: Uint8Array): Promise<void> {
    const guard = guardOf(bucket, writing, body, md5s?.[number - 1]);
    const { headers } = await bucket.client.send({
      method: 'PUT',
      key,
      query: { partNumber: String(number), uploadId },
      headers: { 'content-md5': guard.contentMd5 },
      body,
      checkBody: guard.checkBody,
      signal: cancel.signal,
    });
    parts.push({ number, etag: headers['etag'] ?? '' });
  }

  function throwFailure(): void {
    if (failure !== undefined) throw failure;
  }

  return {
    async add(body, done) {
      while (inFlight.size >= bucket.settings.partsInFlight) await Promise.race(inFlight);
      throwFailure();
      if (begun === MAX_PARTS) throw tooManyParts(bucket, writing);
      const part = send(++begun, body)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          inFlight.delete(part);
          done();
        });
      inFlight.add(part);
    },
    async complete() {
      await Promise.all(inFlight);
      throwFailure();
      await bucket.client.send({
        method: 'POST',
        key,
        query: { uploadId },
        headers: { 'content-type': 'application/xml' },
        body: Buffer.from(completionOf(parts)),
        expects: 'CompleteMultipartUploadResult',
      });
    },
    async abort() {
      cancel.abort();
      await Promise.all(inFlight);
      await abortUpload(bucket, key, uploadId);
    },
  };
}

/** Has the server begin an upload: gives its id. */
async function begin(bucket: Bucket, writing: Writing): Promise<string> {
  const { key } = writing;
  const { document, attempts } = await bucket.client.send({
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: headersOf(writing),
    expects: 'InitiateMultipartUploadResult',
  });
  const uploadId = textOf(document, 'UploadId');
  if (uploadId === undefined || uploadId === '') {
    const place = placeOf(bucket, writing.key);
    throw new DrillError('STORAGE_FAILED', `cannot write ${place}: the server began no multipart upload`);
  }
  // A try whose answer was lost has begun one as well, which nobody would ever hear of.
  if (attempts > 1) await abortOthers(bucket, key, uploadId);
  return uploadId;
}

function completionOf(parts: readonly Part[]): string {
  const inOrder = parts.toSorted((a, b) => a.number - b.number);
  const elements = inOrder.map(
    ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const start = '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
  return `${start}${elements.join('')}</CompleteMultipartUpload>`;
}

/** Uploads of a key besides one. What stays is unseen, and `removeUnfinished` finds it later: no reason to fail. */
async function abortOthers(bucket: Bucket, key: string, keptId: string): Promise<void> {
  try {
    for (const { keys, uploadId } of await unfinishedUploads(bucket, key)) {
      if (keys.includes(key) && uploadId !== keptId) await abortUpload(bucket, key, uploadId);
    }
  } catch {
    // See above.
  }
}

function tooManyParts(bucket: Bucket, writing: Writing): DrillError {
  return new DrillError(
    'STORAGE_FAILED',
    `cannot write ${placeOf(bucket, writing.key)}: it needs more than ${MAX_PARTS} parts, which is all that S3 takes`,
    { hint: 'the file is larger than was said when it was begun, or use larger parts' },
  );
}
