import { DrillError } from '../base/errors.js';
import type { Checksum, Procedure } from './operation.js';
import type { DownloadTask, InstallTask, TaskReport } from './task.js';

/** Fetches every file of a task's shards and refuses one whose bytes are not those that were backed up. */
export function* downloadTask(task: DownloadTask): Procedure<TaskReport> {
  let movedFiles = 0;
  for (const [i, shard] of task.shards.entries()) {
    const expected = task.expected[i]!;
    const bundles = task.bundles?.[i] ?? [];
    let nextBundle = 0;
    for (let file = 0, files = 1; file < expected.length; file += files) {
      const bundle = bundles[nextBundle];
      if (bundle?.firstFile === file) {
        files = bundle.files;
        const checksums = (yield { op: 'get', shard, file, files }) as readonly Checksum[];
        for (let n = 0; n < files; n++) requireExpected(expected, file + n, checksums[n]!);
        nextBundle++;
      } else {
        files = 1;
        requireExpected(expected, file, (yield { op: 'get', shard, file }) as Checksum);
      }
      movedFiles += files;
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

function requireExpected(expected: readonly Checksum[], file: number, actual: Checksum): void {
  if (actual === expected[file]) return;
  throw new DrillError(
    'CHECKSUM_MISMATCH',
    `file ${file} of a shard came back with checksum ${actual}; its name and manifest say ${expected[file]}`,
    { hint: 'run drill verify on the repository: it names every damaged file' },
  );
}
