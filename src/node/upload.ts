import { NOTHING_THERE, type Checksum, type Procedure, type RemoteFiles } from './operation.js';
import type { TaskReport, UploadTask } from './task.js';

/**
 * Uploads the snapshots of a task's shards. The one place that says in which order a file is hashed, sent and renamed,
 * and when it is not sent at all because the repository has it.
 *
 * A file whose content is not known before it is sent goes to `<name>.part` and gets its checksummed name by a rename;
 * so a file with a final name is always whole. Storages that cannot rename show a file only when it is whole, and need
 * the checksum first.
 */
export function* uploadTask(task: UploadTask): Procedure<TaskReport> {
  const { onePass, rename } = task;
  const checksums: Checksum[][] = [];
  let movedFiles = 0;
  let skippedFiles = 0;
  for (let i = 0; i < task.shards.length; i++) {
    const shard = task.shards[i]!;
    const fileCount = (yield { op: 'scan', shard }) as number;
    const remote = task.probe ? ((yield { op: 'list', shard }) as RemoteFiles) : NOTHING_THERE;
    const shardChecksums = new Array<Checksum>(fileCount);
    for (let file = 0; file < fileCount; file++) {
      // Inline rather than a generator of its own: delegation would double the cost of simulating ten million files.
      let checksum: Checksum;
      // Asked before anything is sent: what is sent now is no trace of an earlier try.
      const hasTraces = remote.hasTraces(file);
      if (onePass && !hasTraces) {
        checksum = (yield { op: 'put', shard, file, checksum: undefined, hash: true }) as Checksum;
        yield { op: 'rename', shard, file, checksum };
        movedFiles++;
      } else {
        checksum = (yield { op: 'hash', shard, file }) as Checksum;
        const hasOthers = hasTraces && remote.hasOthers(file, checksum);
        if (remote.has(file, checksum)) {
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
    yield { op: 'report', shards: 1 };
  }
  return { movedFiles, skippedFiles, checksums };
}
