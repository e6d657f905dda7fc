import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DrillError } from '../../../base/errors.js';
import { placeOf, type Bucket } from './bucket.js';
import { unfinishedUploads } from './list.js';
import { metadataOf, type Writing } from './outcome.js';
import { MAX_PARTS } from './part-size.js';
import { abortUpload } from './remove.js';

/** One multipart upload under way. Its errors are the SDK's own. */
export interface MultipartUpload {
  /** Resolves once `body` is on its way: it must not be touched until `done`. Rejects if any part has failed. */
  add(body: Uint8Array, done: () => void): Promise<void>;
  /** Waits for the parts and makes the file appear. */
  complete(): Promise<void>;
  /** Cancels what is on its way and frees what the server holds. */
  abort(): Promise<void>;
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

export const md5Base64 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

export async function beginMultipart(bucket: Bucket, writing: Writing): Promise<MultipartUpload> {
  const object = { Bucket: bucket.name, Key: writing.key };
  const begin = new CreateMultipartUploadCommand({ ...object, Metadata: metadataOf(writing) });
  const { UploadId, $metadata } = await bucket.client.send(begin);
  if (UploadId === undefined || UploadId === '') {
    const place = placeOf(bucket, writing.key);
    throw new DrillError('STORAGE_FAILED', `cannot write ${place}: the server began no multipart upload`);
  }
  // A try whose answer was lost has begun one as well, which nobody would ever hear of.
  if (($metadata.attempts ?? 1) > 1) await abortOthers(bucket, writing.key, UploadId);
  const upload = { ...object, UploadId };
  const cancel = new AbortController();
  const parts: Part[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  let begun = 0;

  async function send(partNumber: number, body: Uint8Array): Promise<void> {
    const command = new UploadPartCommand({
      ...upload,
      PartNumber: partNumber,
      Body: body,
      ContentLength: body.length,
      ContentMD5: md5Base64(body),
    });
    const { ETag } = await bucket.client.send(command, { abortSignal: cancel.signal });
    parts.push({ PartNumber: partNumber, ETag: ETag ?? '' });
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
      const Parts = parts.sort((a, b) => a.PartNumber - b.PartNumber);
      await bucket.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    },
    async abort() {
      cancel.abort();
      await Promise.all(inFlight);
      await abortUpload(bucket, writing.key, UploadId);
    },
  };
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
