import type { Bundle } from './bundles.js';
import type { BundleSums, Operation, RemoteFiles, ScannedShard } from './operation.js';
import { requireWritten } from './require-written.js';
import type { UploadTask } from './task.js';

/** A bundle that is in the repository now. */
export interface UploadedBundle {
  readonly bundle: Bundle;
  readonly sums: BundleSums;
  /** Whether it was sent, or was there already. */
  readonly isMoved: boolean;
}

/** Uploads `files` files from `file` on as one object, by the rules that `uploadTask` follows for one file. */
export function* uploadBundle(
  task: UploadTask,
  { shard, file, files }: { readonly shard: number; readonly file: number; readonly files: number },
  snapshot: ScannedShard,
  remote: RemoteFiles,
): Generator<Operation, UploadedBundle, unknown> {
  const { onePass, rename, checkSource } = task;
  const uploaded = (sums: BundleSums, isMoved: boolean): UploadedBundle => ({
    bundle: { firstFile: file, files, checksum: sums.checksum },
    sums,
    isMoved,
  });
  const requireGood = (sums: BundleSums): void => {
    if (checkSource) sums.files.forEach((checksum, i) => requireWritten(snapshot, file + i, checksum));
  };
  const hasTraces = remote.hasTraces(file, files);
  if (onePass && !hasTraces) {
    const put = { op: 'put', shard, file, files, checksum: undefined, hash: true } as const;
    const sums = (yield put) as BundleSums;
    requireGood(sums);
    yield { op: 'rename', shard, file, files, checksum: sums.checksum };
    return uploaded(sums, true);
  }
  const sums = (yield { op: 'hash', shard, file, files }) as BundleSums;
  requireGood(sums);
  const { checksum } = sums;
  const hasOthers = hasTraces && remote.hasOthers(file, checksum, files);
  const isListed = remote.has(file, checksum, files);
  const isThere = isListed && ((yield { op: 'check', shard, file, files, checksum }) as boolean);
  if (!isThere) {
    yield { op: 'put', shard, file, files, checksum: rename ? undefined : checksum, hash: false };
    if (rename) yield { op: 'rename', shard, file, files, checksum };
  }
  if (hasOthers) yield { op: 'delete', shard, file, files, keep: checksum };
  return uploaded(sums, !isThere);
}
