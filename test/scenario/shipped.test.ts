import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { parse } from 'yaml';
import { z } from 'zod';
import { mean } from '../../src/base/distribution.js';
import { DrillError } from '../../src/base/errors.js';
import {
  loadScenario,
  scenarioJsonSchema,
  type LoadedScenario,
  type Scenario,
} from '../../src/scenario/index.js';

// Built tests lie in dist/test/scenario, sources in test/scenario: both find the project's root through package.json.
const ROOT = ['../../../', '../../']
  .map((up) => new URL(up, import.meta.url))
  .find((url) => readdirSync(url).includes('scenarios'))!;
const DIRECTORIES = ['', 'faults/'];
const FILES = DIRECTORIES.flatMap((directory) =>
  readdirSync(new URL(`scenarios/${directory}`, ROOT))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => directory + file),
);
const DOCS = readFileSync(new URL('docs/scenarios.md', ROOT), 'utf8');

const textOf = (file: string): string => readFileSync(new URL(`scenarios/${file}`, ROOT), 'utf8');
const load = (file: string): LoadedScenario => loadScenario(textOf(file), file);

function totals(
  { databases }: Scenario,
  only?: string,
): { shards: number; files: number; sizeBytes: number } {
  const sum = { shards: 0, files: 0, sizeBytes: 0 };
  for (const table of databases
    .flatMap(({ tables }) => tables)
    .filter(({ name }) => (only ?? name) === name)) {
    for (const { buckets, filesPerShard, fileSizeBytes } of table.partitions) {
      const files = mean(buckets) * mean(filesPerShard);
      sum.shards += mean(buckets) * (1 + table.rollups.length);
      sum.files += files * (1 + table.rollups.length);
      sum.sizeBytes += files * mean(fileSizeBytes) * (1 + table.rollups.length * table.rollupRatio);
    }
  }
  return sum;
}

test('there are scenarios', (t) => t.true(FILES.length >= 6));

for (const file of FILES) {
  test(`${file} loads, is named after its file and says what it shows`, (t) => {
    const { variants } = load(file);
    t.true(variants.length >= 1);
    for (const { scenario } of variants) t.is(`${scenario.name}.yaml`, file.replace(/.*\//, ''));
    t.regex(textOf(file), /^# \S/);
    t.not(variants[0]!.scenario.description, '');
  });
}

test('each scenario of faults shows them beside a run with other policies, or without them', (t) => {
  const files = FILES.filter((file) => file.startsWith('faults/'));
  t.true(files.length >= 4);
  for (const file of files) {
    const variants = load(file).variants.map(({ scenario }) => scenario);
    t.true(
      variants.some(({ faults = [] }) => faults.length > 0),
      file,
    );
    t.true(variants.length > 1, file);
  }
});

test('quickstart is the first example of the reference, large enough to watch', (t) => {
  const { scenario } = load('quickstart.yaml').variants[0]!;
  const words = scenario.statement.text.replace(/\s+/g, ' ');
  t.is(
    words,
    'BACKUP SNAPSHOT example_db.snapshot_label1 TO example_repo ON (example_tbl) PROPERTIES ("type" = "full");',
  );
  const { sizeBytes } = totals(scenario, 'example_tbl');
  t.true(sizeBytes > 200e6 && sizeBytes < 400e6);
  t.is(scenario.cluster.replication, 3);
});

test('scale-nodes has equal shards for each count of nodes', (t) => {
  const { variants } = load('scale-nodes.yaml');
  t.deepEqual(
    variants.map(({ scenario }) => scenario.cluster.nodes.length),
    [1, 2, 4, 8],
  );
  for (const { scenario } of variants) {
    const { shards, sizeBytes } = totals(scenario);
    t.is(shards % 8, 0);
    t.is(sizeBytes, 240e6);
    t.is(scenario.cluster.nodes[0]!.hardware.nicBytesPerSec, 20e6);
    t.is(scenario.repository.limits.bandwidthBytesPerSec, 120e6);
  }
});

test('small-files compares the same bytes', (t) => {
  const [large, small] = load('small-files.yaml').variants.map(({ scenario }) => totals(scenario));
  t.is(large!.sizeBytes, small!.sizeBytes);
  t.is(small!.files, large!.files * 1024);
});

test('presets compares all presets on one cluster of 5 TB', (t) => {
  const { variants } = load('presets.yaml');
  t.deepEqual(
    variants.map(({ scenario }) => scenario.engine.preset),
    ['doris-classic', 'doris', 'tuned'],
  );
  for (const { scenario } of variants) {
    t.true(Math.abs(totals(scenario).sizeBytes / 5e12 - 1) < 0.05);
    t.deepEqual({ ...scenario, engine: null }, { ...variants[0]!.scenario, engine: null });
  }
});

test('fleet-100 is a hundred nodes and a million files', (t) => {
  const { scenario } = load('fleet-100.yaml').variants[0]!;
  t.is(scenario.cluster.nodes.length, 100);
  // Nine segment files and a header each.
  t.like(totals(scenario), { shards: 100_000, files: 900_000 });
});

interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

function properties(schema: JsonSchema, path = ''): [string, JsonSchema][] {
  const own = Object.entries(schema.properties ?? {}).map(
    ([key, part]) => [path ? `${path}.${key}` : key, part] as const,
  );
  return [
    ...own.map(([key, part]): [string, JsonSchema] => [key, part]),
    ...own.flatMap(([key, part]) => properties(part, key)),
    ...(schema.anyOf ?? []).flatMap((branch) => properties(branch, path)),
    ...(schema.items ? properties(schema.items, path) : []),
  ];
}

test('the JSON Schema accepts every shipped scenario and refuses wrong ones', (t) => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  for (const file of FILES) t.true(schema.safeParse(parse(textOf(file))).success, file);
  const quickstart = (change: (text: string) => string) =>
    schema.safeParse(parse(change(textOf('quickstart.yaml')))).success;
  t.true(quickstart((text) => text));
  t.false(
    quickstart((text) => text.replace('bandwidth', 'bandwith')),
    'unknown keys',
  );
  t.false(
    quickstart((text) => text.replace('nic: 40 MB/s', 'nic: 40 MB')),
    'a size for a rate',
  );
  t.false(
    quickstart((text) => text.replace('nic: 40 MB/s', 'nic: 40')),
    'no unit',
  );
  t.false(
    quickstart((text) => text.replace('type: VIEW', 'type: VEW')),
    'unknown table types',
  );
  t.false(
    quickstart((text) => text.replace('nodes: 4', 'nodes: 0')),
    'no nodes',
  );
  t.false(
    quickstart((text) => text.replace(/^statement[^]*?;\n/m, '')),
    'no statement',
  );
});

test('every key of the JSON Schema is described, and its defaults are themselves right', (t) => {
  const all = properties(scenarioJsonSchema());
  t.true(all.length > 80);
  for (const [path, { description }] of all) t.truthy(description, path);
  const defaults = all.filter(([, { default: value }]) => value !== undefined);
  t.true(defaults.length >= 20);
  for (const [path, schema] of defaults) {
    const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    t.true(check.safeParse(schema.default).success, path);
  }
});

test('every key is in docs/scenarios.md, with its default', (t) => {
  for (const [path, { default: value }] of properties(scenarioJsonSchema())) {
    const key = path.split('.').at(-1)!;
    t.true(DOCS.includes(`\`${key}\``), `${key} is not in docs/scenarios.md`);
    if (value === undefined || typeof value === 'object' || value === '') continue;
    const rows = DOCS.split('\n').filter((line) => line.startsWith(`| \`${key}\``));
    t.true(
      rows.some((row) => row.includes(`\`${String(value)}\``)),
      `${path}: no row with the default ${String(value)}`,
    );
  }
});

test('numbers of the presets in docs/scenarios.md are those of the presets', (t) => {
  const statement = 'cluster: { nodes: 1 }\nstatement: BACKUP SNAPSHOT db.l TO example_repo\n';
  const databases = 'databases: [{ name: db, tables: [{ name: t, fileSize: 1 B }] }]\n';
  const engineOf = (preset: string): Scenario['engine'] =>
    loadScenario(`${statement}${databases}engine: { preset: ${preset} }`, 'x.yaml').variants[0]!.scenario
      .engine;
  const engines = ['doris-classic', 'doris', 'tuned'].map(engineOf);
  for (const key of [
    'snapshotWorkers',
    'uploadWorkers',
    'downloadWorkers',
    'maxTaskAttempts',
    'requestRetries',
  ] as const) {
    const row = DOCS.slice(DOCS.indexOf('## Presets')).match(
      new RegExp(`^\\| \`${key}\` +\\| (\\d+) +\\| (\\d+) +\\| (\\d+) +\\|`, 'm'),
    );
    t.deepEqual(
      row?.slice(1).map(Number),
      engines.map((engine) => engine[key]),
      key,
    );
  }
});

const blocks = (language: string): string[] =>
  [...DOCS.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!);

test('the complete scenarios in docs/scenarios.md load', (t) => {
  const complete = blocks('yaml').filter((text) => /^statement:/m.test(text) && !text.includes('# wrong'));
  t.true(complete.length >= 2);
  for (const text of complete) t.notThrows(() => loadScenario(text, 'docs.yaml'));
});

test('the errors in docs/scenarios.md are what is really said', (t) => {
  const shown = blocks('text').filter((text) => text.includes('code: SCENARIO'));
  const wrong = blocks('yaml').filter((text) => text.includes('# wrong'));
  t.true(shown.length >= 3);
  const said = wrong.map((text) => {
    const error = t.throws(() => loadScenario(text, 'my.yaml'), { instanceOf: DrillError });
    return `${error.format()}\n`;
  });
  t.deepEqual(shown, said);
});
