import { plural } from '../base/text.js';
import { formatBytes, formatDuration } from '../base/units.js';
import type { RunResult } from '../world/result.js';
import { failedIn } from './facts.js';
import { firstLine, plainText } from './text.js';

/** `1,024 files, 312 MB of example_db`. */
export function amount({ totals, job }: RunResult): string {
  const database = plainText(job.database);
  if (totals.files === 0) return `the definitions of ${database}, which come with no files,`;
  return `${plural(totals.files, 'file')}, ${formatBytes(totals.sizeBytes)} of ${database}`;
}

/** `Backup of example_db failed in UPLOADING after 1.2 s: a disk is full (DISK_FULL)`. */
export function failure(run: RunResult): string {
  const { job, totals, kind } = run;
  const state = failedIn(run);
  const where = state === undefined ? '' : ` in ${plainText(state)}`;
  const why = job.error ? `: ${firstLine(job.error.message).replace(/\.$/, '')} (${job.error.code})` : '';
  const what = kind === 'backup' ? 'Backup' : 'Restore';
  const verb =
    job.error?.code === 'JOB_CANCELLED' || job.error?.code === 'INTERRUPTED' ? 'was stopped' : 'failed';
  const after = formatDuration(totals.durationMs);
  return `${what} of ${plainText(job.database)} ${verb}${where} after ${after}${why}`;
}
