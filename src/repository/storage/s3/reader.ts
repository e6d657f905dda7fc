import { setTimeout as sleep } from 'node:timers/promises';
import { DrillError } from '../../../base/errors.js';
import type { StorageReader } from '../storage.js';
import type { AnswerBody } from './http/answer-body.js';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { lengthOf } from './object-headers.js';
import { delayMs } from './retry.js';

/** A connection that carried this much before it broke was a good one: the tries are counted anew. */
const PROGRESS_BYTES = 1024 * 1024;

/** An answer under way, from some offset of the object to its end. */
interface Body {
  readonly stream: AnswerBody;
  readonly etag: string | undefined;
  /** Bytes of the object from its start. */
  readonly sizeBytes: number | undefined;
}

/**
 * Reads one object. Where the connection breaks, it goes on from there with a Range request, on condition that the object
 * is still the same (If-Match).
 */
export async function openReader(bucket: Bucket, key: string): Promise<StorageReader> {
  const doing = `read ${placeOf(bucket, key)}`;
  let body = await attempt('read', doing, () => get(bucket, key, 0, undefined));
  let offsetBytes = 0;
  let rest: Uint8Array = new Uint8Array(0);
  let open = true;
  let breaks = 0;
  let brokeAtBytes = 0;

  /** The next bytes, undefined at the end. The end is where the server said that it is, not where bytes cease. */
  async function next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (body.sizeBytes !== undefined && offsetBytes >= body.sizeBytes) return undefined;
      try {
        const coming = body.stream.next();
        const bytes = coming instanceof Promise ? await coming : coming;
        if (bytes) return bytes;
        if (body.sizeBytes === undefined) return undefined;
        throw Object.assign(new Error(), { code: 'ECONNRESET' });
      } catch (error) {
        await resume(error);
      }
    }
  }

  async function resume(error: unknown): Promise<void> {
    body.stream.close();
    if (offsetBytes - brokeAtBytes >= PROGRESS_BYTES) breaks = 0;
    brokeAtBytes = offsetBytes;
    // Without an ETag nothing would tell that the rest is of the same file.
    if (++breaks >= bucket.settings.maxAttempts || body.etag === undefined) throw error;
    await sleep(delayMs(bucket.settings.backoff, 'broken', breaks, bucket.settings.random));
    body = await get(bucket, key, offsetBytes, body);
  }

  async function fill(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      if (rest.length === 0) {
        const chunk = await next();
        if (chunk === undefined) break;
        offsetBytes += chunk.length;
        rest = chunk;
      }
      const count = Math.min(rest.length, into.length - filled);
      into.set(rest.subarray(0, count), filled);
      rest = rest.subarray(count);
      filled += count;
    }
    return filled;
  }

  return {
    read: (into) => {
      if (!open) throw new DrillError('STORAGE_FAILED', `cannot ${doing}: its reader was closed`);
      return attempt('read', doing, () => fill(into));
    },
    close() {
      if (!open) return;
      open = false;
      body.stream.close();
    },
  };
}

async function get(bucket: Bucket, key: string, fromBytes: number, first: Body | undefined): Promise<Body> {
  const { headers, stream: body } = await bucket.client.send({
    method: 'GET',
    key,
    headers: {
      ...(fromBytes > 0 ? { range: `bytes=${fromBytes}-` } : {}),
      ...(first?.etag === undefined ? {} : { 'if-match': first.etag }),
    },
    streams: true,
  });
  const stream = body!;
  if (fromBytes > 0 && !headers['content-range']?.startsWith(`bytes ${fromBytes}-`)) {
    stream.close();
    throw new DrillError(
      'STORAGE_FAILED',
      `cannot read ${placeOf(bucket, key)}: the connection broke, and the server does not send the rest alone`,
    );
  }
  const length = lengthOf(headers);
  const sizeBytes = length === undefined ? first?.sizeBytes : fromBytes + length;
  return { stream, etag: headers['etag'], sizeBytes };
}
