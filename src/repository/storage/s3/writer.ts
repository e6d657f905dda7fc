import { randomUUID } from 'node:crypto';
import { DrillError } from '../../../base/errors.js';
import type { StorageWriter } from '../storage.js';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { beginMultipart, type MultipartUpload } from './multipart.js';
import { hasAppeared, mayHaveHappened, takeBack, type Writing } from './outcome.js';
import { partBuffer, type PartBuffer } from './part-buffer.js';
import { partSizeOf } from './part-size.js';
import { putWhole } from './put-whole.js';

/** What is known beforehand of what will be written. */
export interface Expected {
  readonly sizeBytes: number | undefined;
  /** In hexadecimal. */
  readonly md5: string | undefined;
  /** Of its parts. */
  readonly partMd5s: readonly string[] | undefined;
}

/**
 * Writes one object, which appears whole at `close`: by one request if it fits into a part, else by a multipart upload that
 * is begun when the first part is full. In memory are the part that is being filled and those on their way.
 */
export function createWriter(bucket: Bucket, key: string, expected: Expected): StorageWriter {
  const { sizeBytes, md5, partMd5s } = expected;
  const writing: Writing = { key, id: randomUUID() };
  const place = placeOf(bucket, key);
  const buffer = partBuffer(bucket.memory, sizeBytes);
  let multipart: MultipartUpload | undefined;
  let state: 'open' | 'failed' | 'closed' | 'aborted' = 'open';
  /** Whether a file may be there that was not reported as written. */
  let unsure = false;
  let partNumber = 1;
  let takenBytes = 0;

  /** Runs a step of the writing. After a failure nothing is left to do but to abort. */
  async function step(run: () => Promise<void>): Promise<void> {
    if (state !== 'open') throw notOpen(place, state);
    try {
      await attempt('write', `write ${place}`, run);
    } catch (error) {
      state = 'failed';
      await giveUp(multipart);
      throw error;
    }
  }

  async function append(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; ;) {
      const limitBytes = partSizeOf(partNumber, bucket.settings.partSizeBytes, sizeBytes);
      // Only when more comes: a file that just fits is one request. Where that is known beforehand, at once.
      const isLast = rest.length === 0 && takenBytes >= (sizeBytes ?? 0);
      if (buffer.length >= limitBytes && !isLast) {
        multipart ??= await beginMultipart(bucket, writing, partMd5s);
        await sendPart(multipart, buffer);
        partNumber++;
      } else if (rest.length === 0) {
        return;
      } else {
        const filledBytes = buffer.fill(rest, limitBytes);
        takenBytes += filledBytes;
        rest = rest.subarray(filledBytes);
      }
    }
  }

  async function finish(): Promise<void> {
    try {
      if (multipart) {
        await sendPart(multipart, buffer);
        await multipart.complete();
      } else {
        await sendWhole(bucket, writing, buffer, md5);
      }
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      unsure = true;
      // If even this fails, the first failure is the one to tell of, and `abort` tries again.
      const appeared = await hasAppeared(bucket, writing).catch(() => undefined);
      unsure = appeared === undefined;
      if (appeared !== true) throw error;
    }
  }

  return {
    write: (chunk) => step(() => append(chunk)),
    async close() {
      await step(finish);
      state = 'closed';
    },
    async abort() {
      if (state === 'closed' || state === 'aborted') return;
      state = 'aborted';
      await giveUp(multipart);
      buffer.recycle(buffer.take());
      if (!unsure) return;
      await attempt('write', `give up ${place}`, () => takeBack(bucket, writing));
      unsure = false;
    },
  };
}

async function sendWhole(
  bucket: Bucket,
  writing: Writing,
  buffer: PartBuffer,
  md5: string | undefined,
): Promise<void> {
  const body = buffer.take();
  await putWhole(bucket, writing, body, md5).finally(() => buffer.recycle(body));
}

async function sendPart(multipart: MultipartUpload, buffer: PartBuffer): Promise<void> {
  const part = buffer.take();
  await multipart.add(part, () => buffer.recycle(part));
}

/**
 * Parts that cannot be freed now are unseen, and `removeUnfinished` frees them later: no reason to hide why the writing
 * failed in the first place.
 */
async function giveUp(multipart: MultipartUpload | undefined): Promise<void> {
  await multipart?.abort().catch(() => undefined);
}

function notOpen(place: string, state: string): DrillError {
  return new DrillError('STORAGE_FAILED', `cannot write ${place}: its writer is ${state}`);
}
