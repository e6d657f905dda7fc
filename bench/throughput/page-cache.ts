import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onDisk } from '../../src/world/real/errno.js';

const CHUNK_BYTES = 4 * 2 ** 20;
/** Between two looks at how much memory is free. */
const STEP_BYTES = 512 * 2 ** 20;
/** Takes no room: a file of one hole, of which no part is ever read twice. */
const HOLE_BYTES = 2 ** 43;
const MEMORY = '/proc/meminfo';

/**
 * Has each measurement find the machine's memory as on one that has been up for a while: full of what was read once and nobody needs.
 * Memory that is free is another matter from one minute to the next: hosts of virtual machines take it back a moment after it was
 * freed, and giving it again costs several times what writing to it costs. Without this, who begins to write a second later than
 * another pays for that second twice.
 */
export class PageCache {
  private readonly hole: string;
  private readBytes = 0;

  /** Makes a file in `directory`. Throws DISK_FULL, FILE_SYSTEM. */
  constructor(directory: string) {
    this.hole = path.join(directory, 'hole');
    onDisk(`creating ${this.hole}`, () => {
      closeSync(openSync(this.hole, 'w'));
      truncateSync(this.hole, HOLE_BYTES);
    });
  }

  /** Brings what was written to the disk, and fills what is free. Where the system does not tell, nothing is filled. */
  async settle(signal: AbortSignal): Promise<void> {
    spawnSync('sync');
    if (!existsSync(MEMORY)) return;
    const chunk = new Uint8Array(CHUNK_BYTES);
    const file = onDisk(`reading ${this.hole}`, () => openSync(this.hole, 'r'));
    try {
      // Once it is full, what is read takes the place of what was read before.
      for (let before = freeBytes(), isFull = false; !isFull && !signal.aborted;) {
        for (let bytes = 0; bytes < STEP_BYTES; bytes += CHUNK_BYTES) {
          onDisk(`reading ${this.hole}`, () => readSync(file, chunk, 0, CHUNK_BYTES, this.readBytes));
          this.readBytes = (this.readBytes + CHUNK_BYTES) % HOLE_BYTES;
          await setImmediate();
        }
        const after = freeBytes();
        isFull = before - after < STEP_BYTES / 2;
        before = after;
      }
    } finally {
      closeSync(file);
    }
  }
}

const freeBytes = (): number =>
  1024 * Number(/^MemFree: +(\d+) kB$/m.exec(readFileSync(MEMORY, 'utf8'))?.[1]);
