import type { SerializedError } from '../../src/base/errors.js';
import {
  createBackupJob,
  createRestoreJob,
  stepAny,
  type Command,
  type EngineSettings,
  type Job,
  type JobEvent,
  type NewBackupJob,
  type ReplicaLookup,
  type Step,
  type WorkPlan,
} from '../../src/job/index.js';
import type { Checksum, NodeTask, TaskReport } from '../../src/node/index.js';
import { PRESETS } from '../../src/scenario/presets.js';

export const TIMEOUT_MS = 600_000;

/** `tuned` with everything that a test wants different. */
export const settings = (changes: Partial<EngineSettings> = {}): EngineSettings => ({
  ...PRESETS.tuned,
  snapshotWorkers: 1,
  uploadWorkers: 1,
  downloadWorkers: 1,
  batching: { by: 'shards', count: 10 },
  failover: false,
  ...changes,
});

export const error = (
  code: SerializedError['code'] = 'STORAGE_FAILED',
  message = 'it broke',
): SerializedError => ({
  code,
  message,
});

/** A plan whose shard at position i is 100 + i, on `nodes[i]`; each is expected to have one file, with checksum 500 + i. */
export const planOn = (nodes: readonly number[]): WorkPlan => ({
  shards: Int32Array.from(nodes, (_, i) => 100 + i),
  nodes: Int32Array.from(nodes),
  expected: nodes.map((_, i) => [500 + i]),
});

const SPEC = { id: 7, label: 'l', databaseId: 1, database: 'db', repository: 'r', timeoutMs: TIMEOUT_MS };

export const backup = (engine: EngineSettings, changes: Partial<NewBackupJob> = {}, nowMs = 0): Step<Job> =>
  createBackupJob(
    {
      ...SPEC,
      content: 'all',
      leftovers: false,
      canRename: true,
      backupTime: '2020-01-01-00-00-00',
      ...changes,
    },
    nowMs,
    engine,
  );

export const restore = (engine: EngineSettings, nowMs = 0): Step<Job> =>
  createRestoreJob(SPEC, nowMs, engine);

/** What an upload of these shards reports: one file a shard, whose checksum is 400 + shard. */
export const reportOf = (task: NodeTask): TaskReport => {
  const checksums: Checksum[][] =
    task.kind === 'upload' ? Array.from(task.shards, (shard) => [400 + shard]) : [];
  return { movedFiles: 0, skippedFiles: 0, ...(task.kind === 'upload' ? { checksums } : {}) };
};

/** A job that is told events one by one, with what it commanded so far. */
export class Driver {
  job: Job;
  readonly settings: EngineSettings;
  nowMs: number;
  readonly commands: Command[] = [];
  replicas: ReplicaLookup = () => [];

  constructor({ job, commands }: Step<Job>, engine: EngineSettings, nowMs = 0) {
    this.job = job;
    this.settings = engine;
    this.nowMs = nowMs;
    this.commands.push(...commands);
  }

  /** Tells the job an event; gives the commands that it answered with. */
  tell(event: JobEvent, atMs = this.nowMs): readonly Command[] {
    this.nowMs = atMs;
    const step = stepAny(this.job, event, atMs, { settings: this.settings, replicas: this.replicas });
    this.job = step.job;
    this.commands.push(...step.commands);
    return step.commands;
  }

  tick(atMs = this.nowMs): readonly Command[] {
    return this.tell({ kind: 'tick' }, atMs);
  }

  finish(task: NodeTask): readonly Command[] {
    return this.tell({
      kind: 'task-finished',
      taskId: task.taskId,
      attempt: task.attempt,
      report: reportOf(task),
    });
  }

  fail(task: NodeTask, because = error()): readonly Command[] {
    return this.tell({ kind: 'task-failed', taskId: task.taskId, attempt: task.attempt, error: because });
  }

  /** Every task sent so far, as often as it was sent. */
  get sent(): NodeTask[] {
    return tasksIn(this.commands);
  }

  get states(): string[] {
    return this.job.states.map(({ state }) => state);
  }

  /** Lets everything go well, by the least of events, until the job is in `state`. */
  reach(state: Job['state'], plan: WorkPlan): void {
    let seen = 0;
    for (let steps = 0; this.job.state !== state; steps++) {
      if (steps > 1000) throw new Error(`${state} was not reached; the job is ${this.job.state}`);
      const command = this.commands[seen];
      if (command) seen++;
      if (!command) this.tick(this.nowMs + this.settings.tickMs);
      else if (command.kind === 'plan') this.tell({ kind: 'planned', plan });
      else if (command.kind === 'send') this.finish(command.task);
      else if (command.kind === 'publish') this.tell({ kind: 'published', manifestBytes: 1 });
    }
  }
}

export const tasksIn = (commands: readonly Command[]): NodeTask[] =>
  commands.flatMap((command) => (command.kind === 'send' ? [command.task] : []));

/** Commands in short: `send upload 3 -> 1 [100,101]`. */
export const told = (commands: readonly Command[]): string[] =>
  commands.map((command) => {
    switch (command.kind) {
      case 'send': {
        const { task } = command;
        return `send ${task.kind} ${task.taskId} -> ${task.node}${'shards' in task ? ` [${[...task.shards].join()}]` : ''}`;
      }
      case 'release':
        return `release [${command.nodes.join()}]`;
      case 'wake':
        return `wake ${command.atMs}`;
      case 'publish':
        return `publish [${[...command.uploaded.shards].join()}]`;
      default:
        return command.kind;
    }
  });
