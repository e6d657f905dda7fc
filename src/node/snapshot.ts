import type { Procedure } from './operation.js';
import type { ReleaseTask, SnapshotTask, TaskReport } from './task.js';

/** Pins the files of a task's replicas at their version by hard links, so that compaction cannot take them away. */
export function* snapshotTask(task: SnapshotTask): Procedure<TaskReport> {
  for (const shard of task.shards) yield { op: 'link', shard };
  return { movedFiles: 0, skippedFiles: 0 };
}

/** Drops what a job left on the node. Doing it twice is fine. */
export function* releaseTask(task: ReleaseTask): Procedure<TaskReport> {
  yield { op: 'drop', jobId: task.jobId };
  return { movedFiles: 0, skippedFiles: 0 };
}
