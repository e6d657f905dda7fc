import { partSizeOf } from '../../repository/storage/s3/part-size.js';
import type { PartSettings, StorageWriter } from '../../repository/storage/storage.js';
import { giveUp } from '../../repository/storage/give-up.js';
import type { ByteSource } from './byte-source.js';
import { turnBytes, type ByteClock } from './pace.js';
import type { PartSums, Transfer } from './transfer.js';

/** A connection that moves one part: how much is left, and when what it has moved so far is paid for. */
interface Lane {
  readonly clock: ByteClock;
  leftBytes: number;
  /** Those that it moves until it is due. */
  movingBytes: number;
  dueNs: bigint;
}

/** Where it goes to. */
export interface Target {
  readonly to: string;
  /** In hexadecimal, where it is known. */
  readonly md5?: string | undefined;
  readonly parts?: PartSums | undefined;
}

/**
 * Sends local bytes to a server, and closes their source: in one request, or if it is larger than a part, in parts, so many at once, with a request
 * before them and one after. What is read goes out at once, so that the real sending and what it should cost pass together.
 */
export async function sendToServer(
  transfer: Transfer,
  settings: PartSettings,
  buffer: Uint8Array,
  source: ByteSource,
  { to, md5, parts }: Target,
): Promise<{ readonly sizeBytes: number; readonly checksum: undefined }> {
  const { storage, pace } = transfer;
  let writer: StorageWriter | undefined;
  let closing: Promise<void> | undefined;
  try {
    const { sizeBytes: size } = source;
    const isInParts = size > settings.partBytes;
    const partBytes = isInParts ? partSizeOf(1, settings.partBytes, size) : size;
    const partMd5s = isInParts && parts?.partBytes === partBytes ? parts.md5s : undefined;
    writer = await storage.createWriter(to, size, md5, partMd5s);
    pace.expectSigning(Math.min(size, partBytes * settings.parallel));
    if (isInParts) await pace.untilSent(await transfer.request());
    const sizeBytes = await sendParts(transfer, isInParts ? settings.parallel : 1, {
      partBytes,
      sizeBytes: size,
      read: (bytes) => readPart(transfer, { writer: writer!, source, buffer }, bytes),
      end() {
        closing = Promise.resolve(writer!.close());
        // Told where it is waited for.
        closing.catch(() => undefined);
      },
    });
    if (isInParts) await pace.untilSent(await transfer.request());
    await closing;
    return { sizeBytes, checksum: undefined };
  } catch (error) {
    // What is closing can only be waited for: then the file is whole, which is as good as not there.
    await closing?.catch(() => undefined);
    await giveUp(writer);
    throw error;
  } finally {
    pace.expectSigning(0);
    source.close();
  }
}

interface Parts {
  readonly partBytes: number;
  readonly sizeBytes: number;
  /** Hands so many bytes over; gives how many there were. */
  readonly read: (bytes: number) => Promise<number>;
  /** All is handed over. */
  readonly end: () => void;
}

/** Has every part pay for its request and its bytes, the connections in turn, as each is due. Gives the file's size. */
async function sendParts(
  { pace, request, onBytes, onPaid }: Transfer,
  parallel: number,
  parts: Parts,
): Promise<number> {
  const turn = turnBytes(Math.min(parts.partBytes, pace.chunkBytes));
  const lanes: Lane[] = [];
  let readBytes = 0;
  let isRead = false;
  for (;;) {
    while (!isRead && lanes.length < parallel) {
      const dueNs = await request();
      const bytes = await parts.read(Math.min(parts.partBytes, parts.sizeBytes - readBytes));
      readBytes += bytes;
      lanes.push({ clock: pace.transferring(dueNs), leftBytes: bytes, movingBytes: 0, dueNs });
      // A file that has become shorter ends early: its size tells.
      isRead = bytes === 0 || readBytes >= parts.sizeBytes;
      if (isRead) parts.end();
    }
    const lane = firstDue(lanes);
    if (!lane) return readBytes;
    await pace.untilSent(lane.dueNs);
    if (lane.movingBytes > 0) {
      onBytes(lane.movingBytes);
      onPaid();
    }
    lane.movingBytes = Math.min(turn, lane.leftBytes);
    if (lane.movingBytes === 0) lanes.splice(lanes.indexOf(lane), 1);
    else {
      lane.dueNs = lane.clock(lane.movingBytes);
      lane.leftBytes -= lane.movingBytes;
    }
  }
}

function firstDue(lanes: readonly Lane[]): Lane | undefined {
  let first = lanes[0];
  for (const lane of lanes) if (lane.dueNs < first!.dueNs) first = lane;
  return first;
}

interface Source {
  readonly writer: StorageWriter;
  readonly source: ByteSource;
  readonly buffer: Uint8Array;
}

async function readPart(
  { allow }: Transfer,
  { writer, source, buffer }: Source,
  sizeBytes: number,
): Promise<number> {
  let done = 0;
  while (done < sizeBytes) {
    const wanted = await allow(Math.min(buffer.length, sizeBytes - done));
    const bytes = source.read(buffer.subarray(0, wanted));
    if (bytes === 0) break;
    await writer.write(buffer.subarray(0, bytes));
    done += bytes;
  }
  return done;
}
