import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A disk of a few MiB that can be filled, and of which space can be made. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes all of it but so many bytes. */
  fill(leftBytes: number): void;
  makeSpace(): void;
  unmount(): void;
}

const CHUNK = new Uint8Array(64 * 1024);

/** Undefined where this user may not mount anything. */
export function mountSmallDisk(directory: string, sizeMib: number): SmallDisk | undefined {
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const filler = path.join(directory, 'filler');
  return {
    directory,
    fill(leftBytes) {
      const fd = openSync(filler, 'w');
      try {
        const { bavail, bsize } = statfsSync(directory);
        for (let left = bavail * bsize - leftBytes; left > 0; left -= CHUNK.length)
          writeSync(fd, CHUNK, 0, Math.min(left, CHUNK.length));
      } finally {
        closeSync(fd);
      }
    },
    makeSpace: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', directory], { stdio: 'ignore' }),
  };
}

export const NO_MOUNT = 'mounting a tmpfs is not permitted here';
