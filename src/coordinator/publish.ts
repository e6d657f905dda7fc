import { DrillError } from '../base/errors.js';
import type { UploadedShards } from '../job/index.js';
import { encodeInfo, encodeMeta, infoPath, metaPath, type SnapshotInfo } from '../repository/index.js';
import { buildInfo, buildMeta, estimateInfoBytes, type ManifestSpec } from './manifest-builder.js';
import type { LabelContents, RepositoryOperation } from './world.js';

export interface PublishOptions {
  /** An earlier try may have left files under the label. */
  readonly leftovers: boolean;
  /** Whether the job still goes on: it may be cancelled between any two operations. */
  readonly isWanted: () => boolean;
}

/** Work on a repository as a generator: yields operations, is sent their answers. */
export type RepositoryProcedure<T> = Generator<RepositoryOperation, T, unknown>;

/**
 * Makes a finished upload a snapshot that users see: tidies what an earlier try left, then writes `__meta` and, last of
 * all, `__info`. Doing it again after a failure in the middle is fine. If writing `__info` fails, or the job is cancelled
 * while it is on its way, it is taken back: a cancelled job shows nothing. Returns the manifest's size in bytes.
 * Throws LABEL_EXISTS if somebody else published the label meanwhile, JOB_CANCELLED.
 */
export function* publishSnapshot(
  spec: ManifestSpec,
  uploaded: UploadedShards,
  files: number,
  options: PublishOptions,
): RepositoryProcedure<number> {
  const { leftovers, isWanted } = options;
  const { repository, label, backupTime } = spec;
  let built: SnapshotInfo | undefined;
  const info = (): SnapshotInfo => (built ??= buildInfo(spec, uploaded));
  const seen = (yield { op: 'inspect', repository, label }) as LabelContents;
  if (seen.timestamps.some((timestamp) => timestamp !== backupTime)) {
    throw new DrillError(
      'LABEL_EXISTS',
      `repository ${repository} got a snapshot ${label} from elsewhere meanwhile`,
    );
  }
  requireWanted(isWanted);
  // With our own __info there, an earlier try got as far as this: pruning would take the snapshot away from its users.
  const isThere = seen.timestamps.includes(backupTime);
  if (leftovers && !isThere) yield { op: 'prune', repository, label, info };
  requireWanted(isWanted);
  const metaText = encodeMeta(buildMeta(spec));
  const metaBytes = new TextEncoder().encode(metaText).length;
  const meta = (yield {
    op: 'write',
    repository,
    path: metaPath(repository, label),
    sizeBytes: metaBytes,
    text: () => metaText,
  }) as { sizeBytes: number };
  requireWanted(isWanted);
  const path = infoPath(repository, label, backupTime);
  let index: { sizeBytes: number };
  try {
    index = (yield {
      op: 'write',
      repository,
      path,
      sizeBytes: estimateInfoBytes(metaBytes, uploaded.shards.length, files),
      text: () => encodeInfo(info()),
    }) as { sizeBytes: number };
  } catch (error) {
    // It may have been written all the same, and the job may be cancelled before it is tried again.
    yield { op: 'retract', repository, path };
    throw error;
  }
  if (!isWanted()) yield { op: 'retract', repository, path };
  requireWanted(isWanted);
  return meta.sizeBytes + index.sizeBytes;
}

function requireWanted(isWanted: () => boolean): void {
  if (!isWanted())
    throw new DrillError('JOB_CANCELLED', 'the job was cancelled while its manifest was being written');
}
