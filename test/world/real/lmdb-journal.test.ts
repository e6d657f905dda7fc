import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { open } from 'lmdb';
import { putSealed, type JournalKey } from '../../../src/world/real/journal-store.js';
import { openJournal } from '../../../src/world/real/lmdb-journal.js';
import { isAlive, thisProcess } from '../../../src/world/real/process-identity.js';
import { journalConformance } from '../../coordinator/journal-conformance.js';
import { IDENTITY, jobOf } from './journal-writer.js';

const WRITER = fileURLToPath(new URL('./journal-writer.js', import.meta.url));
const KILLS = 15;

const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'journal-'));

async function withDirectory(use: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = temporary();
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

journalConformance(
  'lmdb',
  () => {
    const directory = temporary();
    let journal: ReturnType<typeof openJournal> | undefined;
    return Promise.resolve({
      async reopen() {
        await journal?.close();
        return (journal = openJournal(directory, 'property'));
      },
      async dispose() {
        await journal?.close();
        rmSync(directory, { recursive: true });
      },
    });
  },
  40,
);

/** Starts a writer; `lastPrinted` is what it said up to now, `ended` resolves with what it said on standard error. */
function startWriter(directory: string, shell?: string) {
  const child = shell
    ? spawn('sh', ['-c', shell, process.execPath, WRITER, directory], { stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn(process.execPath, [WRITER, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const begun = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(stderr)));
  return {
    child,
    ended,
    begun: Promise.race([begun, ended]),
    lastPrinted: () => Number(stdout.slice(0, stdout.lastIndexOf('\n')).split('\n').at(-1)),
  };
}

/** What a journal of a writer holds, if all of it is of one number; the number. */
async function numberIn(directory: string): Promise<number> {
  const journal = openJournal(directory, IDENTITY);
  try {
    const { jobs, repositories, catalogChanges } = journal.read();
    const n = catalogChanges.length;
    const numbers = jobs.map(({ id }) => id);
    const whole =
      numbers.join(',') ===
        Array.from({ length: Math.min(8, n) }, (_, i) => n - Math.min(8, n) + 1 + i).join(',') &&
      repositories[0]?.createdAtMs === n &&
      catalogChanges.every((change, i) => change.kind === 'drop-table' && change.name === `t${i + 1}`) &&
      jobs.every(
        (job) => job.plan?.shards.length === 2000 && job.plan.nodes.every((node) => node === job.id),
      );
    return whole ? n : Number.NaN;
  } finally {
    await journal.close();
  }
}

test('killed with -9 at any moment, nothing that was written is lost, and nothing is there by half', async (t) => {
  await withDirectory(async (directory) => {
    for (let kill = 0; kill < KILLS; kill++) {
      const writer = startWriter(directory);
      await writer.begun;
      await sleep(Math.random() * 20);
      writer.child.kill('SIGKILL');
      t.is(await writer.ended, '');
      const n = await numberIn(directory);
      t.true(writer.lastPrinted() > 0);
      // It may have been killed between the end of `write` and the end of printing: one more, then.
      t.true(n === writer.lastPrinted() || n === writer.lastPrinted() + 1, `${n}, ${writer.lastPrinted()}`);
    }
  });
});

test('a full disk is JOURNAL_FAILED, and what was written before is still there', async (t) => {
  await withDirectory(async (directory) => {
    // No disk, but a limit to the size of a file: for the journal it is the same.
    const writer = startWriter(directory, 'ulimit -f 800; exec "$0" "$@"');
    const stderr = await writer.ended;
    t.regex(stderr, /JOURNAL_FAILED/);
    t.is(await numberIn(directory), writer.lastPrinted());
  });
});

test('a process that is killed leaves no lock, one that lives does, and a second opening here is refused', async (t) => {
  await withDirectory(async (directory) => {
    const writer = startWriter(directory);
    await writer.begun;
    const refused = t.throws(() => openJournal(directory, IDENTITY), { code: 'JOURNAL_LOCKED' });
    t.true(refused.message.includes(`process ${writer.child.pid}`));
    writer.child.kill('SIGKILL');
    await writer.ended;
    const journal = openJournal(directory, IDENTITY);
    t.throws(() => openJournal(directory, IDENTITY), { code: 'JOURNAL_LOCKED' });
    journal.write([{ kind: 'job', job: jobOf(1) }]);
    await journal.close();
    await openJournal(directory, IDENTITY).close();
  });
});

test('of many processes that start at once, one gets the journal', async (t) => {
  await withDirectory(async (directory) => {
    const writers = Array.from({ length: 4 }, () => startWriter(directory));
    await Promise.all(writers.map(({ begun }) => begun));
    const refused = await Promise.all(
      writers
        .map(({ child, ended }) =>
          Promise.race([ended, sleep(20_000, 'late', { ref: false })]).then((text) => ({ child, text })),
        )
        .map(async (writer, i) => {
          if (writers[i]!.lastPrinted() > 0) writers[i]!.child.kill('SIGKILL');
          return (await writer).text;
        }),
    );
    t.is(refused.filter((text) => text.includes('JOURNAL_LOCKED')).length, 3, refused.join('\n'));
  });
});

test('a number that another process has got since is not taken for the old one', (t) => {
  const self = thisProcess();
  t.true(isAlive(self));
  t.true(isAlive({ pid: self.pid }));
  if (self.startedAt !== undefined) t.false(isAlive({ ...self, startedAt: `${self.startedAt}0` }));
  t.false(isAlive({ pid: 0 }));
});

/** Changes the store under a journal behind its back. */
async function tamper(
  directory: string,
  action: (store: ReturnType<typeof rawStore>) => void,
): Promise<void> {
  const store = rawStore(directory);
  store.transactionSync(() => action(store));
  await store.close();
}

const rawStore = (directory: string) =>
  open<string, JournalKey>({ path: directory, encoding: 'string', noSubdir: false, overlappingSync: false });

async function written(directory: string): Promise<void> {
  const journal = openJournal(directory, IDENTITY);
  journal.write([{ kind: 'job', job: jobOf(1) }]);
  await journal.close();
}

test('a journal of something else is JOURNAL_FOREIGN, and left as it was', async (t) => {
  await withDirectory(async (directory) => {
    await written(directory);
    t.throws(() => openJournal(directory, 'another'), {
      code: 'JOURNAL_FOREIGN',
      message: /writer.*another/,
    });
    const journal = openJournal(directory, IDENTITY);
    t.deepEqual(journal.read().jobs, [jobOf(1)]);
    await journal.close();
  });
});

test('a journal of a newer format is JOURNAL_FORMAT', async (t) => {
  await withDirectory(async (directory) => {
    await written(directory);
    await tamper(directory, (store) =>
      putSealed(store, ['meta'], JSON.stringify({ formatVersion: 2, identity: 'whatever', news: [] })),
    );
    t.throws(() => openJournal(directory, IDENTITY), { code: 'JOURNAL_FORMAT', message: /format 2/ });
  });
});

test('a journal that another process took over is not written any more', async (t) => {
  await withDirectory(async (directory) => {
    const journal = openJournal(directory, IDENTITY);
    await tamper(directory, (store) =>
      putSealed(store, ['owner'], JSON.stringify({ pid: 1, startedAt: 'x', token: 'other' })),
    );
    t.throws(() => journal.write([{ kind: 'job', job: jobOf(1) }]), { code: 'JOURNAL_LOCKED' });
    t.deepEqual(journal.read().jobs, []);
    await journal.close();
  });
});

const DAMAGE: readonly (readonly [string, (store: ReturnType<typeof rawStore>) => void, RegExp])[] = [
  [
    'a changed digit',
    (store) => store.putSync(['job', 1], store.get(['job', 1])!.replace('l1', 'l2')),
    /job 1.*checksum/,
  ],
  ['an empty record', (store) => store.putSync(['plan', 1], ''), /plan 1.*checksum/],
  [
    'a plan of no job',
    (store) => putSealed(store, ['plan', 9], '{"shards":[],"nodes":[]}'),
    /plan 9.*no such job/,
  ],
  [
    'a record under the wrong id',
    (store) => store.putSync(['job', 3], store.get(['job', 1])!),
    /job 3.*job 1/,
  ],
  ['a foreign record', (store) => putSealed(store, ['diary'], '{}'), /diary/],
  ['other values', (store) => putSealed(store, ['catalog', 1], '{"kind":"explode"}'), /catalog 1/],
];

for (const [what, damage, message] of DAMAGE) {
  test(`${what} is JOURNAL_CORRUPT, with its key`, async (t) => {
    await withDirectory(async (directory) => {
      await written(directory);
      await tamper(directory, damage);
      const journal = openJournal(directory, IDENTITY);
      t.throws(() => journal.read(), { code: 'JOURNAL_CORRUPT', message });
      await journal.close();
    });
  });
}

test('a file that is no journal, or is one no longer, is JOURNAL_CORRUPT', async (t) => {
  await withDirectory(async (directory) => {
    await written(directory);
    const file = path.join(directory, 'data.mdb');
    const good = readFileSync(file);
    for (const bytes of [good.subarray(0, 5000), Buffer.from('hello'), Buffer.alloc(20_000)]) {
      rmSync(path.join(directory, 'lock.mdb'), { force: true });
      writeFileSync(file, bytes);
      t.throws(() => openJournal(directory, IDENTITY), { code: 'JOURNAL_CORRUPT' }, String(bytes.length));
    }
    // Made, but nothing written: that is what a process killed in its first moment leaves.
    truncateSync(file, 0);
    await written(directory);
  });
});

test('a journal that was cut anywhere is JOURNAL_CORRUPT, and does not take the process with it', async (t) => {
  await withDirectory(async (directory) => {
    const journal = openJournal(directory, IDENTITY);
    for (let n = 1; n <= 20; n++) journal.write([{ kind: 'job', job: jobOf(n) }]);
    await journal.close();
    const file = path.join(directory, 'data.mdb');
    const pages = statSync(file).size / 4096;
    for (const left of [Math.floor(pages / 2), 3]) {
      truncateSync(file, left * 4096);
      t.throws(() => openJournal(directory, IDENTITY), { code: 'JOURNAL_CORRUPT', message: /cut/ });
    }
  });
});

test('a missing directory is made, for its owner alone; an unusable one is JOURNAL_FAILED', async (t) => {
  await withDirectory(async (directory) => {
    const deep = path.join(directory, 'a.b', 'journal.v1');
    await written(deep);
    t.true(existsSync(path.join(deep, 'data.mdb')));
    t.is(statSync(deep).mode & 0o777, 0o700);
    writeFileSync(path.join(directory, 'file'), '');
    t.throws(() => openJournal(path.join(directory, 'file', 'journal'), IDENTITY), {
      code: 'JOURNAL_FAILED',
    });
  });
});
