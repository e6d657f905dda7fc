import type { Procedure } from './operation.js';
import type { ReleaseTask, SnapshotTask, SweepTask, TaskReport } from './task.js';

/** Pins the files of a task's replicas at their version by hard links, so that compaction cannot take them away. */
export function* snapshotTask(task: SnapshotTask): Procedure<TaskReport> {
  for (const shard of task.shards) yield { op: 'link', shard };
  return { movedFiles: 0, skippedFiles: 0 };
}

/** Drops what a job left on the node. Doing it twice is fine. */
export function* releaseTask(task: ReleaseTask): Procedure<TaskReport> {
  yield { op: 'drop', jobId: task.jobId };
  for (const shard of task.shards) yield { op: 'remove', shard };
  return { movedFiles: 0, skippedFiles: 0 };
}

/** Drops what no coordinator knows of any more. */
export function* sweepTask({ keepJobs, keepShardIds }: SweepTask): Procedure<TaskReport> {
  yield { op: 'sweep', keepJobs, keepShardIds };
  return { movedFiles: 0, skippedFiles: 0 };
}
