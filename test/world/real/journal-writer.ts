import { writeSync } from 'node:fs';
import type { StoredJob } from '../../../src/coordinator/journal.js';
import { openJournal } from '../../../src/world/real/lmdb-journal.js';

/*
 * A process that tests kill: writes records with ascending numbers, each number in all of the records of one
 * transaction, and prints a number once `write` has returned.
 */

const KEPT_JOBS = 8;

export const IDENTITY = 'writer';

/** The records of number `n`; with `padding` they are large. */
export const jobOf = (n: number, padding = ''): StoredJob => ({
  id: n,
  statement: `BACKUP SNAPSHOT d.l${n} TO r${padding}`,
  label: `l${n}`,
  databaseId: 1,
  database: 'd',
  repository: 'r',
  createdAtMs: n,
  timeoutMs: 1,
  states: [{ state: 'PENDING', atMs: n }],
  restarts: 0,
  objects: '',
  skippedTables: [],
  totals: { shards: 1, files: 1, sizeBytes: 1 },
  detail: { kind: 'backup', content: 'all', canRename: true, leftovers: false, backupTime: '' },
  plan: { shards: new Int32Array(2000).fill(n), nodes: new Int32Array(2000).fill(n) },
});

const [directory, padding = '0'] = process.argv.slice(2);
if (directory !== undefined && process.argv[1]?.includes('journal-writer')) {
  const journal = openJournal(directory, IDENTITY);
  const { jobs } = journal.read();
  for (let n = (jobs.at(-1)?.id ?? 0) + 1; ; n++) {
    journal.write([
      { kind: 'job', job: jobOf(n, 'x'.repeat(Number(padding))) },
      { kind: 'forget-job', jobId: n - KEPT_JOBS },
      {
        kind: 'repository',
        repository: {
          id: 1,
          name: 'r',
          readOnly: false,
          isGiven: false,
          createdAtMs: n,
          spec: { kind: 'local', directory: `/${n}`, durable: true },
        },
      },
      { kind: 'catalog', change: { kind: 'drop-table', database: 'd', name: `t${n}` } },
    ]);
    writeSync(1, `${n}\n`);
  }
}
