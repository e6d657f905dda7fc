/** S3's own limit on the parts of one file. */
export const MAX_PARTS = 10_000;

const MIB = 1024 * 1024;
/** After so many parts of a file of unknown size, parts double: 10,000 parts then make 8 TiB of 8 MiB ones. */
const PARTS_BEFORE_DOUBLING = 1000;

/**
 * How large part `partNumber` (from 1) of a file is to be. Where its size is known, all parts are alike and 10,000 of them
 * suffice; where it is not, they grow, so that a short file needs little memory and a long one few parts.
 */
export function partSizeOf(partNumber: number, minimumBytes: number, fileBytes: number | undefined): number {
  if (fileBytes === undefined) {
    return minimumBytes * 2 ** Math.floor((partNumber - 1) / PARTS_BEFORE_DOUBLING);
  }
  const enoughBytes = Math.ceil(fileBytes / MAX_PARTS);
  if (enoughBytes <= minimumBytes) return minimumBytes;
  return Math.ceil(enoughBytes / MIB) * MIB;
}
