export { NodeAgent, type Reception, type Statuses } from './agent.js';
export { bundledFiles, MAX_BUNDLE_BYTES, type Bundle } from './bundles.js';
import { downloadTask, installTask } from './download.js';
import type { Procedure } from './operation.js';
import { releaseTask, snapshotTask, sweepTask } from './snapshot.js';
import type { NodeTask, TaskReport } from './task.js';
import { uploadTask } from './upload.js';

export {
  checksumText,
  NOTHING_THERE,
  type BundleSums,
  type Checksum,
  type OneObject,
  type Operation,
  type Procedure,
  type RemoteFiles,
  type ScannedShard,
} from './operation.js';
export { isRequest, Retries, type RetryPolicy } from './retry.js';
export type {
  DownloadTask,
  InstallTask,
  NodeTask,
  ReleaseTask,
  SnapshotTask,
  SweepTask,
  TaskReport,
  UploadTask,
} from './task.js';

/** The work of a task, for a world to carry out. */
export function taskProcedure(task: NodeTask): Procedure<TaskReport> {
  switch (task.kind) {
    case 'snapshot':
      return snapshotTask(task);
    case 'upload':
      return uploadTask(task);
    case 'download':
      return downloadTask(task);
    case 'install':
      return installTask(task);
    case 'release':
      return releaseTask(task);
    case 'sweep':
      return sweepTask(task);
  }
}
