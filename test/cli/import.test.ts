import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { loadScenario } from '../../src/scenario/index.js';
import { fakeFrontend, type Answer } from '../drill/fake-frontend.js';
import { drill, lastLine, type Finished } from '../fixtures/command.js';

const SAMPLES = readdirSync('scenarios/import').map((name) => path.join('scenarios/import', name));
const CANARY = 'CANARY-import-password';

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-import-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('from saved listings to a plan', async (t) => {
  await withDirectory(async (directory) => {
    const output = path.join(directory, 'shop.yaml');
    const { code, stdout, stderr } = await drill(['import', ...SAMPLES, '--output', output]);
    t.is(code, 0, stderr);
    t.regex(stdout, /Found 4 nodes and, of database shop, 4 tables, 11 partitions, 140 shards/);
    t.regex(stdout, /1 copy is behind or broken/);
    t.true(stdout.includes(`npx drill plan ${output}`));
    const { scenario } = loadScenario(readFileSync(output, 'utf8'), output).variants[0]!;
    t.deepEqual(
      scenario.databases[0]!.tables.map(({ name, type }) => [name, type]),
      [
        ['customers', 'OLAP'],
        ['events', 'OLAP'],
        ['orders', 'OLAP'],
        ['orders_by_day', 'VIEW'],
      ],
    );
    const plan = await drill([
      'plan',
      output,
      '--json',
      '--repetitions',
      '5',
      '--no-advise',
      '--window',
      '1 h',
    ]);
    t.is(plan.code, 0, plan.stderr);
    t.like(lastLine(plan.stdout), { variants: [{ nodes: 4, predicted: { totals: { shards: 140 } } }] });
  });
});

test('a file that is there is not replaced, unless asked', async (t) => {
  await withDirectory(async (directory) => {
    const output = path.join(directory, 'mine.yaml');
    writeFileSync(output, 'years of work');
    const kept = await drill(['import', ...SAMPLES, '--output', output]);
    t.is(kept.code, 2);
    t.regex(kept.stderr, /--force replaces it/);
    t.is(readFileSync(output, 'utf8'), 'years of work');
    const wrong = await drill(['import', 'README.md', '--output', output, '--force']);
    t.is(wrong.code, 2);
    t.is(readFileSync(output, 'utf8'), 'years of work');
    t.is((await drill(['import', ...SAMPLES, '--output', output, '--force', '-q'])).code, 0);
    t.not(readFileSync(output, 'utf8'), 'years of work');
  });
});

for (const [what, args, says] of [
  ['neither files nor a host', [], /name the files to import from, or a --host/],
  ['both', ['x.tsv', '--host', 'fe'], /and not both/],
  ['a host without a database', ['--host', 'fe'], /needs a --database/],
  ['a file that is not there', ['nowhere.tsv'], /there is no such file/],
  ['a size that is none', ['x.tsv', '--file-size', 'large'], /--file-size large/],
  [
    'a password file that is not there',
    ['--host', 'fe', '--database', 'd', '--password-file', 'nope'],
    /nope/,
  ],
  ['nobody to ask for a password', ['--host', 'fe', '--database', 'd', '--ask-password'], /no terminal/],
] as const)
  test(`${what}: a clear error`, async (t) => {
    const { code, stderr } = await drill(['import', ...args, '--output', 'never-written.yaml']);
    t.is(code, 2);
    t.regex(stderr, says);
  });

const BACKENDS = {
  headers: ['BackendId', 'Host', 'Alive'],
  rows: [
    ['1', 'a', 'true'],
    ['2', 'b', 'true'],
  ],
};
const TABLES = {
  headers: ['Tables_in_shop', 'Table_type'],
  rows: [
    ['orders', 'BASE TABLE'],
    ['v', 'VIEW'],
  ],
};
const PARTITIONS = {
  headers: ['PartitionName', 'VisibleVersion', 'Buckets', 'ReplicationNum', 'DataSize'],
  rows: [
    ['p1', '7', '2', '2', '6.000 KB'],
    ['p2', '3', '1', '2', '0.000 '],
  ],
};
const tablets = (...ids: readonly number[]): Answer => ({
  headers: ['TabletId', 'ReplicaId', 'BackendId', 'Version', 'LstFailedVersion', 'LocalDataSize', 'State'],
  rows: ids.flatMap((id) =>
    ['1', '2'].map((node) => [`${id}`, `${id}${node}`, node, '7', '-1', `${id}`, 'NORMAL']),
  ),
});

/** Answers as Doris does, or as StarRocks where it differs. */
const answering =
  (isStarRocks: boolean) =>
  (statement: string): Answer => {
    if (statement.startsWith('SHOW FULL TABLES')) return TABLES;
    if (statement.startsWith('SHOW BACKENDS'))
      return isStarRocks ? 'Access denied; you need the OPERATE privilege' : BACKENDS;
    if (statement.startsWith('SHOW PARTITIONS')) return PARTITIONS;
    if (statement.startsWith('SHOW TABLETS') && isStarRocks) return "You have an error near 'TABLETS'";
    if (/^SHOW TABLETS? FROM `shop`.`orders` PARTITION \(`p1`\)/.test(statement)) return tablets(100, 200);
    if (/^SHOW TABLETS? FROM/.test(statement)) return tablets(300);
    return 'no such statement';
  };

const importFrom = async (port: number, output: string, password: string | undefined): Promise<Finished> => {
  if (password === undefined) delete process.env['DRILL_IMPORT_PASSWORD'];
  else process.env['DRILL_IMPORT_PASSWORD'] = password;
  const args = ['--host', '127.0.0.1', '--port', String(port), '--user', 'backup', '--database', 'shop'];
  return drill(['import', ...args, '--output', output]);
};

for (const isStarRocks of [false, true])
  test.serial(
    `a live cluster of ${isStarRocks ? 'StarRocks' : 'Doris'} is asked with SHOW only`,
    async (t) => {
      await withDirectory(async (directory) => {
        const output = path.join(directory, 'shop.yaml');
        const frontend = await fakeFrontend(
          answering(isStarRocks),
          (user, hasPassword) => user === 'backup' && hasPassword,
        );
        try {
          const { code, stdout, stderr } = await importFrom(frontend.port, output, CANARY);
          t.is(code, 0, stderr);
          t.true(frontend.statements.every((statement) => statement.startsWith('SHOW ')));
          const text = readFileSync(output, 'utf8');
          t.false(`${stdout}${stderr}${text}`.includes(CANARY));
          const { scenario } = loadScenario(text, output).variants[0]!;
          const [orders, view] = scenario.databases[0]!.tables;
          t.is(view!.type, 'VIEW');
          t.deepEqual(
            orders!.partitions.map(({ name, version, shards }) => [name, version, shards!.sizeBytes]),
            [
              ['p1', 7, [100, 200]],
              ['p2', 3, [300]],
            ],
          );
          t.deepEqual(
            scenario.cluster.nodes.map(({ name }) => name),
            isStarRocks ? ['be-1', 'be-2'] : ['a', 'b'],
          );
          t.is(/SHOW BACKENDS was refused/.test(text.replaceAll(/\n# +/g, ' ')), isStarRocks);
        } finally {
          await frontend.close();
        }
      });
    },
  );

test.serial('who is not let in is told so, and the password is in nothing that is said', async (t) => {
  await withDirectory(async (directory) => {
    const frontend = await fakeFrontend(answering(false), () => false);
    try {
      const { code, stdout, stderr } = await importFrom(
        frontend.port,
        path.join(directory, 'x.yaml'),
        CANARY,
      );
      t.is(code, 1);
      t.regex(stderr, /Access denied/);
      t.false(`${stdout}${stderr}`.includes(CANARY));
      t.deepEqual(readdirSync(directory), []);
    } finally {
      await frontend.close();
    }
  });
});

test.serial('where nobody answers, that is said', async (t) => {
  const frontend = await fakeFrontend(answering(false));
  await frontend.close();
  const { code, stderr } = await importFrom(frontend.port, 'never-written.yaml', undefined);
  t.is(code, 1);
  t.regex(stderr, /ECONNREFUSED/);
  t.regex(stderr, /IMPORT_REFUSED/);
});
