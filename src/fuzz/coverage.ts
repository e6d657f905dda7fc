import { FAULT_KINDS } from '../world/faults.js';
import type { Seen } from '../world/virtual/witness.js';

/** How often each thing happened, by a name; plain data, to be added up over many runs and threads. */
export interface Tally {
  runs: number;
  jobs: number;
  operations: number;
  virtualMs: number;
  /** Runs that were run twice, and gave the same trace. */
  replays: number;
  /** Faults that began, by kind. */
  readonly faults: Record<string, number>;
  readonly messages: Record<string, number>;
  /** `BACKUP UPLOADING` and `BACKUP UPLOADING -> SAVE_META`. */
  readonly states: Record<string, number>;
  readonly transitions: Record<string, number>;
  /** Codes of the errors that jobs ended with and statements were refused with. */
  readonly errors: Record<string, number>;
}

export const emptyTally = (): Tally => ({
  runs: 0,
  jobs: 0,
  operations: 0,
  virtualMs: 0,
  replays: 0,
  faults: {},
  messages: {},
  states: {},
  transitions: {},
  errors: {},
});

export const count = (counts: Record<string, number>, name: string, by = 1): void => {
  counts[name] = (counts[name] ?? 0) + by;
};

/** Adds what `more` counted to `sum`. */
export function addTally(sum: Tally, more: Tally): void {
  sum.runs += more.runs;
  sum.jobs += more.jobs;
  sum.operations += more.operations;
  sum.virtualMs += more.virtualMs;
  sum.replays += more.replays;
  for (const part of ['faults', 'messages', 'states', 'transitions', 'errors'] as const)
    for (const [name, times] of Object.entries(more[part])) count(sum[part], name, times);
}

const BACKUP = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
  'FINISHED',
];
const RESTORE = ['PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING', 'FINISHED'];

/** Each state but the last can go on, or be cancelled. */
const wayOf = (job: string, states: readonly string[]): string[] =>
  states
    .slice(1)
    .flatMap((state, i) => [`${job} ${states[i]} -> ${state}`, `${job} ${states[i]} -> CANCELLED`]);

/** What a search that is worth its name has met. */
export const EXPECTED: Readonly<Record<'faults' | 'states' | 'transitions', readonly string[]>> = {
  faults: FAULT_KINDS,
  states: [
    ...BACKUP.map((state) => `BACKUP ${state}`),
    'BACKUP CANCELLED',
    ...RESTORE.map((state) => `RESTORE ${state}`),
    'RESTORE CANCELLED',
  ],
  transitions: [
    ...wayOf('BACKUP', BACKUP),
    'BACKUP SNAPSHOTING -> PENDING',
    'BACKUP UPLOADING -> UPLOAD_SNAPSHOT',
    'BACKUP UPLOAD_INFO -> SAVE_META',
    ...wayOf('RESTORE', RESTORE),
    'RESTORE DOWNLOADING -> PENDING',
    'RESTORE COMMITTING -> PENDING',
  ],
};

/** What of it was never met. */
export const missingOf = (tally: Tally): string[] =>
  (['faults', 'states', 'transitions'] as const).flatMap((part) =>
    EXPECTED[part].filter((name) => tally[part][name] === undefined),
  );

/** Counts what a run's jobs went through. */
export class Coverage {
  private readonly tally: Tally;
  /** By job: how many of its states were counted. */
  private readonly counted = new Map<number, number>();

  constructor(tally: Tally) {
    this.tally = tally;
  }

  see(seen: Seen): void {
    switch (seen.kind) {
      case 'operation':
        this.tally.operations++;
        break;
      case 'coordinator':
        if (seen.event === 'died') count(this.tally.faults, 'coordinator-crash');
        break;
      case 'fault':
        if (seen.event === 'begun') count(this.tally.faults, seen.fault.kind);
        break;
      case 'message':
        count(this.tally.messages, seen.fate);
        break;
      case 'journal':
        for (const change of seen.changes) {
          if (change.kind !== 'job') continue;
          const { id, states, error, detail } = change.job;
          const from = this.counted.get(id) ?? 0;
          if (from === 0) this.tally.jobs++;
          const job = detail.kind.toUpperCase();
          for (let i = from; i < states.length; i++) {
            count(this.tally.states, `${job} ${states[i]!.state}`);
            if (i > 0) count(this.tally.transitions, `${job} ${states[i - 1]!.state} -> ${states[i]!.state}`);
          }
          if (states.length > from && error) count(this.tally.errors, error.code);
          if (states.length > from && error?.code === 'JOB_CANCELLED') count(this.tally.faults, 'cancel');
          this.counted.set(id, states.length);
        }
        break;
      default:
    }
  }
}
