import { rmSync } from 'node:fs';
import path from 'node:path';
import { decodeJob, encodeJob, encodePlan, encodeUploaded } from '../src/coordinator/journal-codec.js';
import type { Journal, StoredJob } from '../src/coordinator/index.js';
import { openJournal } from '../src/world/real/lmdb-journal.js';
import type { Suite } from './suite.js';

/** A backup that has sent everything: the largest thing that a journal is told. */
function jobOf(shards: number): StoredJob {
  const plan = {
    shards: Int32Array.from({ length: shards }, (_, i) => 10_000 + i),
    nodes: Int32Array.from({ length: shards }, (_, i) => i % 10),
  };
  const checksums = Array.from({ length: shards }, (_, i) => [i, `${i}`.padStart(32, '0'), i + 1]);
  return {
    id: 20_001,
    statement: 'BACKUP SNAPSHOT db.bench TO example_repo',
    label: 'bench',
    databaseId: 10_001,
    database: 'db',
    repository: 'example_repo',
    createdAtMs: 1.6e12,
    timeoutMs: 86_400_000,
    states: [{ state: 'SAVE_META', atMs: 1.6e12 }],
    restarts: 0,
    objects: 't',
    skippedTables: [],
    totals: { shards, files: 3 * shards, sizeBytes: 3e6 * shards },
    detail: {
      kind: 'backup',
      content: 'all',
      canRename: true,
      backupTime: '2020-09-13-12-26-40',
      leftovers: false,
    },
    plan,
    uploaded: { shards: plan.shards, checksums },
  };
}

function throughText(job: StoredJob): StoredJob {
  const { plan, uploaded, ...rest } = job;
  return decodeJob('job', {
    job: encodeJob(rest),
    plan: plan && encodePlan(plan),
    uploaded: uploaded && encodeUploaded(uploaded),
  });
}

let open: { readonly journal: Journal & { close(): Promise<void> }; readonly directory: string } | undefined;

export const journalSuite: Suite = {
  name: 'journal',
  hypothesis:
    'remembering a job costs one synced write, by the shard where its large parts have changed, and no more where they have not',
  cases({ isGate, workDirectory }) {
    const gated = {
      name: '400 shards to text and back',
      run: () => void throughText(small),
      amount: 400,
      unit: 'shards/s',
      gate: true as const,
    };
    const small = jobOf(400);
    if (isGate) return [gated];
    const directory = path.join(workDirectory, 'journal');
    const journal = openJournal(directory, 'bench');
    open = { journal, directory };
    const writes = [10, 2000, 100_000].map((shards) => {
      const job = jobOf(shards);
      return {
        name: `${shards} shards written`,
        // Other objects: what is the same as in the last write is not written again.
        run: () =>
          journal.write([
            { kind: 'job', job: { ...job, plan: { ...job.plan! }, uploaded: { ...job.uploaded! } } },
          ]),
        amount: shards,
        unit: 'shards/s',
      };
    });
    const large = jobOf(100_000);
    const again = {
      name: '100000 shards, only the state is another',
      run: () => journal.write([{ kind: 'job', job: large }]),
      amount: 100_000,
      unit: 'shards/s',
    };
    return [gated, ...writes, again];
  },
  async tearDown() {
    await open?.journal.close();
    if (open) rmSync(open.directory, { recursive: true, force: true });
    open = undefined;
  },
};
