import { DrillError } from '../../src/base/errors.js';
import type { Reply, Session } from '../../src/coordinator/index.js';
import type { JobEnd, SqlBackend } from '../../src/server/index.js';
import { printStatement, type Statement } from '../../src/sql/index.js';

/**
 * A cluster of which tests say what it does. `SHOW BACKUP FROM x` answers with a row that names the statement and the
 * session's database, `CANCEL` is done at once, and a BACKUP is refused where its label begins with `bad`.
 */
export interface FakeBackend extends SqlBackend {
  /** What was asked for, in order. */
  readonly calls: string[];
  /** Ends a job, now or as soon as it is waited for. */
  readonly end: (jobId: number, end?: Partial<JobEnd>) => void;
  /** Resolves once a job is waited for. */
  readonly waitedFor: (jobId: number) => Promise<void>;
}

export const FIRST_JOB = 20_001;

export function fakeBackend(): FakeBackend {
  const calls: string[] = [];
  const ends = new Map<number, PromiseWithResolvers>();
  const waits = new Map<number, PromiseWithResolvers>();
  const of = (map: Map<number, PromiseWithResolvers>, id: number): PromiseWithResolvers => {
    if (!map.has(id)) map.set(id, withResolvers());
    return map.get(id)!;
  };
  let nextJob = FIRST_JOB;
  return {
    calls,
    end: (jobId, end = {}) => of(ends, jobId).resolve({ jobId, state: 'FINISHED', durationMs: 1500, ...end }),
    waitedFor: async (jobId) => void (await of(waits, jobId).promise),
    execute(statement, session) {
      calls.push(printStatement(statement));
      return Promise.resolve(answer(statement, session, () => nextJob++));
    },
    async waitFor(jobId, { signal, onProgress }) {
      calls.push(`wait ${jobId}`);
      onProgress({
        jobId,
        state: 'UPLOADING',
        elapsedMs: 1000,
        doneShards: 3,
        totalShards: 10,
        totalBytes: 5,
      });
      of(waits, jobId).resolve(undefined);
      const aborted = new Promise<never>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          calls.push(`left ${jobId}`);
          reject(new Error('aborted'));
        }),
      );
      return (await Promise.race([of(ends, jobId).promise, aborted])) as JobEnd;
    },
  };
}

function answer(statement: Statement, session: Session, newJob: () => number): Reply {
  switch (statement.kind) {
    case 'backup':
      if (statement.label.text.startsWith('bad')) {
        throw new DrillError('LABEL_EXISTS', `label ${statement.label.text} exists`, {
          hint: 'choose another',
        });
      }
      return { kind: 'accepted', jobId: newJob() };
    case 'restore':
      return { kind: 'accepted', jobId: newJob() };
    case 'use':
      return { kind: 'use', database: statement.database.text };
    case 'cancel':
      return { kind: 'done' };
    default: {
      const row = [printStatement(statement), session.database ?? null, 7];
      return { kind: 'rows', table: { columns: ['Statement', 'Database', 'Number'], rows: [row] } };
    }
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((set) => (resolve = set));
  return { promise, resolve };
}
