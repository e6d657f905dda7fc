import { factsOf, readResultSets, totalsOf, writeScenario } from '../../../src/scenario/import/index.js';
import { loadScenario } from '../../../src/scenario/index.js';
import { PRINTERS, type Listing } from '../../scenario/import/printers.js';
import { projectFiles } from '../corpus.js';
import type { Dice } from '../dice.js';
import { must, tried, type Input, type Outcome, type Target } from '../target.js';
import { MOST_CHARACTERS, mutated, type Stock } from '../text-mutations.js';
import { WEIRD_NUMBERS, WEIRD_TEXTS } from '../weird.js';

type Cell = string | undefined;

/** The columns that mean something, by listing. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  backends: ['BackendId', 'Host', 'HeartbeatPort', 'Alive'],
  partitions: ['PartitionId', 'PartitionName', 'VisibleVersion', 'Buckets', 'ReplicationNum', 'DataSize'],
  tablets: [
    'TabletId',
    'ReplicaId',
    'BackendId',
    'Version',
    'LstFailedVersion',
    'LocalDataSize',
    'State',
    'VersionCount',
  ],
  tables: ['Tables_in_shop', 'Table_type'],
  data: ['TableName', 'Size', 'ReplicaCount'],
};

const STATEMENTS: readonly string[] = [
  'SHOW BACKENDS',
  'SHOW PARTITIONS FROM shop.orders',
  'SHOW PARTITIONS FROM orders',
  'SHOW TABLETS FROM shop.orders',
  'SHOW TABLETS FROM `shop`.`orders` PARTITION (p1)',
  'SHOW TABLES FROM shop',
  'SHOW FULL TABLES FROM shop',
  'SHOW DATA FROM shop',
  'SHOW DATA FROM shop.orders',
  'SHOW DATA',
  'SELECT 1',
];

const NAMES: readonly string[] = [
  'backends.tsv',
  'partitions.shop.orders.tsv',
  'partitions.shop.#x.tsv',
  'tablets.shop.orders.tsv',
  'tablets.shop.orders.p1.txt',
  'tablets.{a.[b.csv',
  'tables.shop.tsv',
  'data.shop.tsv',
  'listing.txt',
  'a\nb: c.tsv',
];

function cell(column: string, dice: Dice): Cell {
  if (dice.chance(0.06)) return dice.pick(WEIRD_TEXTS.filter((text) => text.length < 400));
  if (dice.chance(0.04)) return dice.pick(WEIRD_NUMBERS);
  if (dice.chance(0.03)) return undefined;
  if (/Name$|^Tables_in/.test(column))
    return dice.pick(['orders', 'p1', 'p2', 'Total', '', 'größe', '2024', '#', 'a: b']);
  if (column === 'Host') return dice.pick(['10.0.0.1', '10.0.0.2', 'be.example', '::1']);
  if (column.endsWith('Size'))
    return dice.pick(['0', '1234', '1.5 GB', '10.000 TB', '999999 PB', '.000 ', '0.000']);
  if (column === 'Alive') return dice.pick(['true', 'false']);
  if (column === 'State') return dice.pick(['NORMAL', 'CLONE', 'DECOMMISSION']);
  if (column === 'BackendId') return dice.pick(['10001', '10002', '10003']);
  if (column === 'TabletId') return String(20_000 + dice.below(50));
  return String(dice.chance(0.9) ? 1 + dice.below(10) : dice.size(1, 1e15));
}

function listing(dice: Dice): Listing {
  const columns = dice.pick(Object.values(COLUMNS));
  const headers = dice.chance(0.1) ? [...columns, dice.pick([...WEIRD_TEXTS, ...columns])] : columns;
  const rows = dice.chance(0.05) ? dice.size(1, 3000) : dice.below(6);
  return {
    statement: dice.pick(STATEMENTS),
    headers: dice.chance(0.1) ? dice.some(headers, 0.8) : headers,
    rows: Array.from({ length: rows }, () => headers.map((column) => cell(column, dice))),
  };
}

const stock: Stock = {
  corpus: projectFiles('scenarios/import', '.tsv', 60_000),
  tokens: [
    ...Object.values(COLUMNS).flat(),
    ...STATEMENTS.map((statement) => `mysql> ${statement};\n`),
    '\t',
    '|',
    '+----+\n',
    '*************************** 1. row ***************************\n',
    '{"rows":[',
    '[{"a":',
    '","',
    '"',
    '\\t',
    '\\n',
    '\\N',
    'NULL',
    'Tables_in_#',
    'Tables_in_a: b',
  ],
};

function fileText(dice: Dice): string {
  if (dice.chance(0.1)) return mutated(dice.pick(stock.corpus), dice, stock);
  const print = dice.pick(Object.values(PRINTERS));
  let text = '';
  for (let left = dice.size(1, 3); left > 0; left--) text += print(listing(dice));
  return dice.chance(0.4) ? mutated(text, dice, stock) : text;
}

function makeInput(dice: Dice): Input {
  const files = Array.from({ length: dice.size(1, 4) }, (_, i) => [
    `${i} ${dice.pick(NAMES)}`,
    fileText(dice).slice(0, MOST_CHARACTERS / 4),
  ]);
  return {
    ...(Object.fromEntries(files) as Input),
    database: dice.chance(0.7) ? '' : dice.pick(['shop', ...WEIRD_TEXTS.filter((text) => text.length < 400)]),
    fileSizeBytes: dice.pick(['1', '1073741824', '9007199254740991']),
  };
}

function check({ database = '', fileSizeBytes = '1', ...files }: Input): Outcome {
  const sets = Object.entries(files).flatMap(([name, text]) => {
    const source = name.replace(/^\d+ /, '');
    const read = tried('readResultSets', () => readResultSets(text, source));
    return read.ok ? read.value : [];
  });
  const options = {
    database: database === '' ? undefined : database,
    fileSizeBytes: Number(fileSizeBytes),
  };
  const facts = tried('factsOf', () => factsOf(sets, options));
  if (!facts.ok) return facts.error.code;
  const totals = tried('totalsOf', () => totalsOf(facts.value));
  const text = tried('writeScenario', () =>
    writeScenario(facts.value, { from: Object.keys(files).join(', ') }),
  );
  must(totals.ok && text.ok, 'what was found cannot be written');
  // Whatever the listings hold, what is written is YAML, and says what was found; a cluster may be too large to simulate.
  const loaded = tried('loadScenario', () => loadScenario(text.value, 'imported.yaml'));
  if (!loaded.ok) {
    must(loaded.error.code === 'SCENARIO_INVALID', `what was written is refused: ${loaded.error.format()}`);
    must(
      /can be simulated|must be at most|more than this program can count|no number of files/.test(
        loaded.error.format(),
      ),
      `what was written is refused: ${loaded.error.format()}`,
    );
    return loaded.error.code;
  }
  const { scenario } = loaded.value.variants[0]!;
  must(scenario.cluster.nodes.length === totals.value.nodes, 'the scenario has other nodes');
  must(scenario.databases[0]!.tables.length === totals.value.tables, 'the scenario has other tables');
  return 'accepted';
}

export const importTarget: Target = { name: 'import', makeInput, check };
