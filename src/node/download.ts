import { DrillError } from '../base/errors.js';
import type { Checksum, Procedure } from './operation.js';
import type { DownloadTask, InstallTask, TaskReport } from './task.js';

/** Fetches every file of a task's shards and refuses one whose bytes are not those that were backed up. */
export function* downloadTask(task: DownloadTask): Procedure<TaskReport> {
  let movedFiles = 0;
  for (const [i, shard] of task.shards.entries()) {
    const expected = task.expected[i]!;
    for (let file = 0; file < expected.length; file++) {
      const checksum = (yield { op: 'get', shard, file }) as Checksum;
      if (checksum !== expected[file]) throw mismatch(file, expected[file]!, checksum);
      movedFiles++;
    }
    yield { op: 'report', shards: 1 };
  }
  return { movedFiles, skippedFiles: 0 };
}

/** Makes the staged shards of a task live. */
export function* installTask(task: InstallTask): Procedure<TaskReport> {
  for (const shard of task.shards) yield { op: 'install', shard };
  return { movedFiles: 0, skippedFiles: 0 };
}

function mismatch(file: number, expected: Checksum, actual: Checksum): DrillError {
  return new DrillError(
    'CHECKSUM_MISMATCH',
    `file ${file} of a shard came back with checksum ${actual}; its name and manifest say ${expected}`,
    { hint: 'run drill verify on the repository: it names every damaged file' },
  );
}
