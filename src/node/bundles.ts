import type { Checksum } from './operation.js';

/** One object that holds several files of a shard, one after the other. */
export interface Bundle {
  /** Ordinal in the shard of the first of them. */
  readonly firstFile: number;
  /** How many: two or more. */
  readonly files: number;
  /** Of all their bytes. */
  readonly checksum: Checksum;
}

/**
 * The most that a bundle holds. Where requests are what a backup waits for, a larger one gains nothing; this one is sent in one
 * request, can be held in memory, and costs little when it has to be sent again.
 */
export const MAX_BUNDLE_BYTES = 8 * 1024 * 1024;

/**
 * How many files from `file` on make a bundle: as many smaller than `belowBytes` as follow each other and fit. 1: the file is
 * stored by itself. Follows from sizes alone, so that whoever tries again, on whatever node, makes the same bundles.
 */
export function bundledFiles(
  file: number,
  { files, sizeBytes }: { readonly files: number; readonly sizeBytes: (file: number) => number },
  belowBytes: number,
): number {
  let end = file;
  for (let leftBytes = MAX_BUNDLE_BYTES; end < files; end++) {
    const bytes = sizeBytes(end);
    if (bytes >= belowBytes || bytes > leftBytes) break;
    leftBytes -= bytes;
  }
  return Math.max(1, end - file);
}
