import { DrillError } from '../base/errors.js';
import { bundledFiles, type Bundle } from './bundles.js';
import {
  NOTHING_THERE,
  type Checksum,
  type Procedure,
  type RemoteFiles,
  type ScannedShard,
} from './operation.js';
import { requireWritten } from './require-written.js';
import type { TaskReport, UploadTask } from './task.js';
import { uploadBundle } from './upload-bundle.js';

/**
 * Uploads the snapshots of a task's shards. The one place that says in which order a file is hashed, sent and renamed,
 * and when it is not sent at all because the repository has it.
 *
 * A file whose content is not known before it is sent goes to `<name>.part` and gets its checksummed name by a rename;
 * so a file with a final name is always whole. Storages that cannot rename show a file only when it is whole, and need
 * the checksum first. Names given by renames are synced together, a shard at a time: before that, nobody is told that the shard
 * is there. A file that is not what was written to its replica never gets a final name.
 */
export function* uploadTask(task: UploadTask): Procedure<TaskReport> {
  const { onePass, rename, checkSource, bundleBelowBytes } = task;
  const checksums: Checksum[][] = [];
  const bundles: Bundle[][] = [];
  let movedFiles = 0;
  let skippedFiles = 0;
  for (let i = 0; i < task.shards.length; i++) {
    const shard = task.shards[i]!;
    let snapshot = (yield { op: 'scan', shard }) as ScannedShard | undefined;
    if (!snapshot && task.relink) {
      yield { op: 'link', shard };
      snapshot = (yield { op: 'scan', shard }) as ScannedShard | undefined;
    }
    if (!snapshot) throw new DrillError('TASK_FAILED', 'the node has no whole snapshot of a shard');
    const remote = task.probe ? ((yield { op: 'list', shard }) as RemoteFiles) : NOTHING_THERE;
    const shardChecksums = new Array<Checksum>(snapshot.files);
    const shardBundles: Bundle[] = [];
    for (let file = 0, files = 1; file < snapshot.files; file += files) {
      files = bundleBelowBytes === undefined ? 1 : bundledFiles(file, snapshot, bundleBelowBytes);
      if (files > 1) {
        const { bundle, sums, isMoved } = yield* uploadBundle(task, { shard, file, files }, snapshot, remote);
        sums.files.forEach((checksum, n) => (shardChecksums[file + n] = checksum));
        shardBundles.push(bundle);
        if (isMoved) movedFiles += files;
        else skippedFiles += files;
        continue;
      }
      // Inline rather than a generator of its own: delegation would double the cost of simulating ten million files.
      let checksum: Checksum;
      // Asked before anything is sent: what is sent now is no trace of an earlier try.
      const hasTraces = remote.hasTraces(file);
      if (onePass && !hasTraces) {
        checksum = (yield { op: 'put', shard, file, checksum: undefined, hash: true }) as Checksum;
        if (checkSource) requireWritten(snapshot, file, checksum);
        yield { op: 'rename', shard, file, checksum };
        movedFiles++;
      } else {
        checksum = (yield { op: 'hash', shard, file }) as Checksum;
        if (checkSource) requireWritten(snapshot, file, checksum);
        const hasOthers = hasTraces && remote.hasOthers(file, checksum);
        // A listing may be older than what has happened since: what is not sent must be there.
        if (remote.has(file, checksum) && ((yield { op: 'check', shard, file, checksum }) as boolean)) {
          skippedFiles++;
        } else {
          yield { op: 'put', shard, file, checksum: rename ? undefined : checksum, hash: false };
          if (rename) yield { op: 'rename', shard, file, checksum };
          movedFiles++;
        }
        if (hasOthers) yield { op: 'delete', shard, file, keep: checksum };
      }
      shardChecksums[file] = checksum;
    }
    checksums.push(shardChecksums);
    bundles.push(shardBundles);
    // Also where none was renamed now: the try that did it may not have come so far.
    if (rename && snapshot.files > 0) yield { op: 'sync', shard };
    yield { op: 'report', shards: 1 };
  }
  return { movedFiles, skippedFiles, checksums, ...(bundleBelowBytes === undefined ? {} : { bundles }) };
}
