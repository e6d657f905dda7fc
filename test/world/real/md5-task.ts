import { Md5Lanes } from '../../../src/world/real/md5/lanes.js';
import type { SharedMd5 } from '../../../src/world/real/md5/shared-md5.js';
import { laneHasher } from '../../../src/world/real/hasher.js';

export interface Md5Task {
  readonly shared: SharedMd5;
  /** Files, each as the chunks that it comes in. */
  readonly files: readonly (readonly Uint8Array[])[];
  /** Whether the last chunk is known to be. */
  readonly isToldLast: boolean;
  /** Of how many bytes the parts are that have MD5s, too; undefined: none have. */
  readonly partBytes: number | undefined;
}

/** The MD5 of a file, and those of its parts. */
export type Md5Result = readonly [whole: string, parts: readonly string[] | undefined];

/** Hashes files one after the other, together with whoever else does. */
// oxlint-disable-next-line import/no-default-export -- what a thread does is the default of its module
export default function hashFiles({ shared, files, isToldLast, partBytes }: Md5Task): Md5Result[] {
  const hasher = laneHasher(Md5Lanes.join(shared)!);
  return files.map((chunks) => {
    const md5 = hasher.begin(partBytes);
    for (const [i, chunk] of chunks.entries()) {
      hasher.buffer.set(chunk);
      md5.add(chunk.length, isToldLast && i === chunks.length - 1);
    }
    const parts = md5.parts();
    return [md5.hex(), parts];
  });
}
