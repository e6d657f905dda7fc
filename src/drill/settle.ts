import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onDisk } from '../world/real/errno.js';

const CHUNK_BYTES = 4 * 2 ** 20;

/**
 * Has what was done before disturb what is measured next as little as can be:
 *
 * - What was written is brought to the disk. (Without a `sync` command, what is measured is less exact.)
 * - `memoryBytes` of memory are used, by a file that is written and emptied at once. Hosts of virtual machines take back
 *   memory that was free for a moment, and giving it again costs several times what writing to it costs: without this,
 *   a run is fast or slow by what happened to be done before it.
 *
 * The emptied file stays in `directory`. When the signal comes, it returns early. Throws DISK_FULL and FILE_SYSTEM.
 */
export async function settle(directory: string, memoryBytes: number, signal: AbortSignal): Promise<void> {
  spawnSync('sync');
  const name = path.join(directory, 'memory');
  const chunk = new Uint8Array(CHUNK_BYTES);
  const file = onDisk(`creating ${name}`, () => openSync(name, 'w'));
  try {
    for (let bytes = 0; bytes < memoryBytes && !signal.aborted; bytes += CHUNK_BYTES) {
      onDisk(`writing ${name}`, () => writeSync(file, chunk));
      await setImmediate();
    }
    ftruncateSync(file, 0);
  } finally {
    closeSync(file);
  }
}
