import type { NodeTask } from '../../node/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { JobLog } from '../job-log.js';

/** The state that a job must have been in, by the journal, before a node may be at work on a task of this kind. */
const NEEDED: Readonly<Record<NodeTask['kind'], readonly string[]>> = {
  snapshot: ['SNAPSHOTING'],
  upload: ['UPLOADING'],
  download: ['DOWNLOADING'],
  install: ['COMMITTING'],
  release: ['SAVE_META', 'FINISHED', 'CANCELLED'],
  sweep: [],
};

/** What a coordinator has done rests on what its journal says: a state is in it before anything of that state happens. */
export class JournalFirst extends Checker {
  readonly name = 'journal-first';
  readonly kinds = ['task', 'document', 'coordinator', 'journal'] as const;
  private readonly log: JobLog;
  private generation = 0;

  constructor(log: JobLog) {
    super();
    this.log = log;
  }

  see(seen: Seen): void {
    switch (seen.kind) {
      case 'task':
        if (seen.event === 'begun') this.begun(seen.task, seen.atMs);
        break;
      case 'document':
        if (seen.op === 'write' && seen.path.includes('/__info_')) this.published(seen.path, seen.atMs);
        break;
      case 'journal':
        for (const change of seen.changes)
          if (change.kind === 'generation') this.counted(change.generation, seen.atMs);
        break;
      default:
    }
  }

  private begun({ kind, jobId, node, taskId }: NodeTask, atMs: number): void {
    const needed = NEEDED[kind];
    if (needed.length === 0) return;
    const job = this.log.jobs.get(jobId);
    const isThere = job?.stored.states.some(({ state }) => needed.includes(state)) ?? false;
    if (isThere) return;
    const known = job ? `has it in ${job.state}` : 'does not know it';
    this.wrong(atMs, `node ${node} began ${kind} task ${taskId} of job ${jobId}, and the journal ${known}`);
  }

  private published(path: string, atMs: number): void {
    const label = /\/__ss_([^/]+)\//.exec(path)![1]!;
    const isThere = this.log.under(label).some(({ kind, stored }) => {
      return kind === 'backup' && stored.states.some(({ state }) => state === 'UPLOAD_INFO');
    });
    if (!isThere)
      this.wrong(atMs, `${path} was written, and no job in the journal came as far as UPLOAD_INFO`);
  }

  /** Each coordinator counts on from what the journal says, so that nodes can tell old from new. */
  private counted(generation: number, atMs: number): void {
    if (generation <= this.generation)
      this.wrong(atMs, `a coordinator took generation ${generation} after ${this.generation}`);
    this.generation = generation;
  }
}
