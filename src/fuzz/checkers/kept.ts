import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { JobLog } from '../job-log.js';

/** States in which a backup that is taken up goes on over the snapshots that are there. */
const OVER_SNAPSHOTS: ReadonlySet<string> = new Set(['UPLOAD_SNAPSHOT', 'UPLOADING']);

/**
 * A coordinator that begins has nodes drop what no job knows of, and nothing else: the snapshots of a backup that the journal has at
 * its uploads are what it goes on with.
 */
export class Kept extends Checker {
  readonly name = 'kept';
  readonly kinds = ['operation', 'task', 'fault'] as const;
  private readonly log: JobLog;
  /** Generations that have sent work of a job: what these know of its shards, the journal need not. */
  private readonly working = new Set<number>();
  /**
   * A job whose tables are gone is cancelled by the coordinator that takes it up, before it sweeps; and where messages are lost, it may have
   * moved shards without anybody's having seen a task of it.
   */
  private isExcused = false;

  constructor(log: JobLog) {
    super();
    this.log = log;
  }

  see(seen: Seen): void {
    if (seen.kind === 'task' && seen.task.kind !== 'sweep' && seen.task.kind !== 'release')
      this.working.add(seen.generation);
    if (seen.kind === 'fault' && (seen.fault.kind === 'table-dropped' || seen.fault.kind === 'messages'))
      this.isExcused = true;
    if (this.isExcused || seen.kind !== 'operation' || seen.operation.op !== 'sweep') return;
    const { node } = seen.task;
    if (this.working.has(seen.generation)) return;
    for (const { id, stored, state } of this.log.jobs.values()) {
      const isNeeded = OVER_SNAPSHOTS.has(state) && (stored.plan?.nodes.includes(node) ?? false);
      if (isNeeded && !seen.operation.keepJobs.includes(id))
        this.wrong(seen.atMs, `node ${node} dropped the snapshots of job ${id}, which is ${state}`);
    }
  }
}
