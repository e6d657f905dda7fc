import { DrillError } from '../base/errors.js';
import { mayHavePublished, type BackupJob, type UploadedShards } from '../job/index.js';
import { encodeInfo, encodeMeta, infoPath, metaPath, type SnapshotInfo } from '../repository/index.js';
import { buildInfo, buildMeta, estimateInfoBytes, type ManifestSpec } from './manifest-builder.js';
import type { LabelContents, RepositoryOperation } from './world.js';

export interface PublishOptions {
  /** An earlier try may have left files under the label. */
  readonly leftovers: boolean;
  /** An earlier coordinator may have written the manifest; its request may still be on its way. */
  readonly triedBefore: boolean;
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
  const { leftovers, triedBefore, isWanted } = options;
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
  const path = infoPath(repository, label, backupTime);
  const isThere = seen.timestamps.includes(backupTime);
  let mayBeThere = isThere || triedBefore;
  try {
    requireWanted(isWanted);
    // With our own __info there, an earlier try got as far as this: pruning would take the snapshot away from its users.
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
    mayBeThere = true;
    const index = (yield {
      op: 'write',
      repository,
      path,
      sizeBytes: estimateInfoBytes(metaBytes, uploaded, files),
      text: () => encodeInfo(info()),
    }) as { sizeBytes: number };
    requireWanted(isWanted);
    return meta.sizeBytes + index.sizeBytes;
  } catch (error) {
    // Whatever failed, __info may be there, and the job is cancelled already or may be before it is tried again.
    if (mayBeThere) yield { op: 'retract', repository, path };
    throw error;
  }
}

/** What takes the manifest of a cancelled job back, if one may have been written. */
export function retraction({
  repository,
  label,
  backupTime,
  states,
}: Pick<BackupJob, 'repository' | 'label' | 'backupTime' | 'states'>): RepositoryOperation | undefined {
  if (!mayHavePublished({ states })) return undefined;
  return { op: 'retract', repository, path: infoPath(repository, label, backupTime) };
}

function requireWanted(isWanted: () => boolean): void {
  if (!isWanted())
    throw new DrillError('JOB_CANCELLED', 'the job was cancelled while its manifest was being written');
}
