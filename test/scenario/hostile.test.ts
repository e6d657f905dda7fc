import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import { loadScenario, withSettings, withSweeps } from '../../src/scenario/index.js';
import { changed, errorOf, SAMPLE } from './sample.js';

/*
 * Texts that are small and would be slow or large to read. Nothing is timed: what is not read in a moment takes minutes, or
 * the process's memory, and is found so.
 */

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

function usageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DrillError && error.code === 'USAGE') return error.message;
    throw error;
  }
  throw new Error('this was expected to be refused');
}

test('thousands of unknown keys in one map are told in one go, and shortly', (t) => {
  const error = errorOf(`${lines(20_000, (i) => `k${i}: ${i}`)}\n${SAMPLE}`);
  t.regex(error.message, /^20000 problems[^]*and 19980 more$/);
});

test('thousands of keys that are there twice are, too', (t) => {
  const error = errorOf(lines(20_000, (i) => `k${Math.floor(i / 2)}: 1`));
  t.regex(error.message, /^10000 problems[^]*k0 is in this map twice[^]*line 1/);
});

test('keys that read alike are the same, however they are written', (t) => {
  t.regex(
    errorOf(changed('nodes: 4', 'nodes: 4\n  "nodes": 5')).message,
    /the key nodes is in this map twice/,
  );
  t.regex(errorOf(`${SAMPLE}1: a\n"1": b\n`).message, /the key 1 is in this map twice/);
});

test('thousands of aliases are refused before they are looked up', (t) => {
  t.regex(errorOf(`a: &a x\nb: [${'*a,'.repeat(60_000)}]\n`).message, /unfold to more than 1000/);
  t.regex(errorOf(`a: &a []\nb: [${'*a,'.repeat(60_000)}]\n`).message, /unfold to more than 1000/);
});

test('maps that are merged into one another over and over are refused', (t) => {
  const merged = lines(120, (i) =>
    i === 0 ? 'm0: &m0 { k: 1 }' : `m${i}: &m${i} { <<: [*m${i - 1}, *m${Math.max(0, i - 2)}] }`,
  );
  t.regex(errorOf(`${merged}\n${SAMPLE}`).message, /unfold to more than 1000/);
});

test('lists and maps may be a hundred deep, and no deeper', (t) => {
  t.regex(errorOf(`a: ${'['.repeat(200)}${']'.repeat(200)}`).format(), /nested too deeply/);
  t.regex(errorOf(lines(700, (i) => `${' '.repeat(i)}k:`)).format(), /nested too deeply/);
  t.notRegex(errorOf(`a: ${'['.repeat(90)}${']'.repeat(90)}`).format(), /nested/);
});

test('a comment with many marks in it is a comment', (t) => {
  t.regex(errorOf('# a # b '.repeat(100)).message, /is empty/);
  t.regex(errorOf(`${'# a # b '.repeat(100)}\nx`).message, /a map of keys/);
});

test('many mistakes in many variants are not told for each of them', (t) => {
  const text = `${changed('nodes: 4', 'nodes: x').replace('buckets: 8', 'buckets: y')}sweep:\n  seed: 1..1000/1\n`;
  const error = errorOf(`${lines(3000, (i) => `k${i}: 1`)}\n${text}`);
  t.regex(error.message, /variants of a file with [\d,]+ values in it are too many|problems/);
  t.true(error.message.length < 20_000);
});

test('many variants of much are refused, and the same one by one is not', (t) => {
  const much = changed('partitions: [p1, p2]', 'partitions: 60000').replace('buckets: 8', 'buckets: 1');
  t.notThrows(() => loadScenario(much, 'sample.yaml'));
  const error = errorOf(`${much}sweep:\n  seed: 1..200/1\n`);
  t.is(error.code, 'SCENARIO_INVALID');
  t.regex(error.message, /the first \d+ of 200 variants have more than 500,000/);
  t.truthy(error.place);
});

test('neither is a scenario with a mistake in it multiplied without end (seed 20006307)', (t) => {
  const text = `name: a
cluster: { nodes: 13, replication: 1 }
databases: [{ name: a, tables: [{ name: 't{i}', count: 1, partitions: 179247 }] }]
statement: BACKUP SNAPSHOT a.l TO example_repo
sweep: { engine.uploadWorkers: 1..329/1 }
mistake: 1
`;
  const error = errorOf(text);
  t.regex(error.message, /the first 3 of 329 variants have more than 500,000/);
  t.regex(error.message, /mistake/);
});

test('a hundred thousand nodes are named in one go', (t) => {
  const text = changed('nodes: 4', 'nodes: 100000');
  t.is(loadScenario(text, 'sample.yaml').variants[0]!.scenario.cluster.nodes.length, 100_000);
  const twice = changed('nodes: 4', 'nodes: [{ names: [a, b, a] }]');
  t.regex(errorOf(twice).message, /two nodes are named a/);
});

test('what is quoted of a file is cut', (t) => {
  const error = errorOf(changed('example_tbl', 'x'.repeat(100_000)));
  t.true(error.format().length < 5000, String(error.format().length));
});

test('a list of itself is no value of a sweep, nor of a setting', (t) => {
  t.regex(
    usageOf(() => withSweeps(SAMPLE, ['seed=&a [*a]'])),
    /is no list of values/,
  );
  t.regex(
    usageOf(() => withSettings(SAMPLE, { seed: '&a [*a]' })),
    /^--set seed=/,
  );
});

test('a path far into a list, or without end, is refused', (t) => {
  t.regex(
    usageOf(() => withSettings(SAMPLE, { 'databases.99999999': '1' })),
    /databases is a list of 1/,
  );
  const deep = Array.from({ length: 3000 }, () => 'a').join('.');
  t.regex(
    usageOf(() => withSettings(SAMPLE, { [deep]: '1' })),
    /more than 100 maps/,
  );
  t.regex(errorOf(`${SAMPLE}sweep:\n  ? ${deep}\n  : [1, 2]\n`).format(), /more than 100 maps/);
  t.true(usageOf(() => withSweeps(SAMPLE, [deep])).length < 500);
});

test('what cannot be changed on the command line keeps its own mistake', (t) => {
  const deep = lines(700, (i) => `${' '.repeat(i)}k:`);
  const unknown = changed('[p1, p2]', '*nothing');
  for (const text of [deep, unknown]) {
    t.is(withSettings(text, { seed: '2' }), text);
    t.is(withSweeps(text, ['seed=1,2']), text);
  }
});

test('a setting in the place of what an alias means is refused', (t) => {
  const text = changed('[p1, p2]', '&names [p1, p2]').replace('buckets: 8', 'rollups: *names');
  t.notThrows(() => loadScenario(text, 'sample.yaml'));
  t.regex(
    usageOf(() => withSettings(text, { 'databases.0.tables.0.partitions': '[p3]' })),
    /with --set the scenario makes no sense: Unresolved alias/,
  );
});

test('names that turn a line, or end one, are refused', (t) => {
  for (const character of ['\u202E', '\u2028', '\u200B'])
    t.regex(errorOf(changed('example_tbl', `"a${character}b"`)).message, /must begin with a letter/);
});
