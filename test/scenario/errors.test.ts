import test from 'ava';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { DrillError } from '../../src/base/errors.js';
import { loadScenario } from '../../src/scenario/index.js';
import { changed, errorOf, placeOf, SAMPLE } from './sample.js';

interface Wrong {
  readonly text: string;
  /** What the caret points at: the last place of this in the text. */
  readonly at: string;
  readonly says: RegExp;
  readonly code?: string;
}

const inTable = (lines: string): string => changed('        buckets: 8', `${lines}\n        buckets: 8`);
const size = (value: string): string => changed('fileSize: 1 MiB', `fileSize: ${value}`);
const SYNTAX = 'SCENARIO_SYNTAX';

const WRONG: Readonly<Record<string, Wrong>> = {
  'a size without a unit': { text: size('10'), at: '10', says: /10 what\? write 10 MiB or 10 MB/ },
  'a latency without a unit': {
    text: changed('  bandwidth', '  latency: 5\n  bandwidth'),
    at: '5\n',
    says: /5 what\? write 5 ms/,
  },
  'a size for a rate': { text: changed('120 MB/s', '10 GB'), at: '10 GB', says: /10 GB\/s, or 10 Gbit\/s/ },
  'more copies than nodes': {
    text: changed('nodes: 4\n  replication: 2', 'nodes: 10\n  replication: 12'),
    at: '12\n',
    says: /10 nodes cannot hold 12 copies on distinct nodes/,
  },
  'more copies of a table than nodes': {
    text: inTable('        replication: 9'),
    at: '9\n',
    says: /4 nodes cannot hold 9 copies/,
  },
  'more restored copies than nodes': {
    text: `${SAMPLE}restore: { nodes: 2, replication: 3 }\n`,
    at: '3 }',
    says: /2 nodes cannot hold 3 copies/,
  },
  'a misspelt key': {
    text: changed('bandwidth', 'bandwith'),
    at: 'bandwith',
    says: /did you mean bandwidth\?/,
  },
  'a misspelt required key': {
    text: changed('- name: example_db', '- nme: example_db'),
    at: 'nme',
    says: /did you mean name\?/,
  },
  'a key in the wrong place': {
    text: changed('  replication', '  nic: 10 Gbit/s\n  replication'),
    at: 'nic',
    says: /it belongs in .*cluster\.hardware/,
  },
  'a text for a number': {
    text: changed('nodes: 4', 'nodes: four'),
    at: 'four',
    says: /a number of nodes, such as 4/,
  },
  'a number in quotes': { text: changed('nodes: 4', "nodes: '4'"), at: "'4'", says: /it is a number: 4/ },
  'half a node': { text: changed('nodes: 4', 'nodes: 1.5'), at: '1.5', says: /a whole number/ },
  'no node': { text: changed('nodes: 4', 'nodes: 0'), at: '0\n', says: /at least 1/ },
  'too many nodes': { text: changed('nodes: 4', 'nodes: 100001'), at: '100001', says: /at most 100,000/ },
  'a map for a list': {
    text: changed('  - name: example_db\n  ', '    name: example_db\n  '),
    at: 'name: example_db',
    says: /should be a list/,
  },
  'a key without a value': { text: size(''), at: 'fileSize', says: /not nothing/ },
  'a word that is not in the list': {
    text: inTable('        type: olap'),
    at: 'olap',
    says: /did you mean OLAP\?/,
  },
  'a disk that stands still': {
    text: changed('  replication', '  hardware: { disk: 0 MB/s }\n  replication'),
    at: '0 MB/s }',
    says: /must be more than 0.*unlimited/,
  },
  'min above max': {
    text: size('{ uniform: { min: 10 MiB, max: 1 MiB } }'),
    at: '1 MiB',
    says: /max must not be less than min/,
  },
  'an unknown distribution': {
    text: size('{ lognorml: { median: 1 MiB, sigma: 1 } }'),
    at: 'lognorml',
    says: /did you mean lognormal\?/,
  },
  'two distributions at once': {
    text: size('{ fixed: 1 MiB, uniform: { min: 0, max: 1 MiB } }'),
    at: '{ fixed',
    says: /only one of/,
  },
  'an infinite mean': {
    text: size('{ pareto: { min: 1 KiB, alpha: 1 } }'),
    at: '1 } }',
    says: /the mean would be infinite/,
  },
  'no tail index': { text: size('{ pareto: { min: 1 KiB, alpha: 0 } }'), at: '0 } }', says: /more than 0/ },
  'histogram without weight': {
    text: size('{ histogram: [{ from: 0, to: 1 KiB, weight: 0 }] }'),
    at: '0 }]',
    says: /more than 0/,
  },
  'histogram out of order': {
    text: size(
      '{ histogram: [{ from: 8 KiB, to: 9 KiB, weight: 1 }, { from: 7 KiB, to: 9 KiB, weight: 1 }] }',
    ),
    at: '7 KiB',
    says: /begins before the one above it ends/,
  },
  'half a file': {
    text: changed('filesPerShard: 4', 'filesPerShard: 4.5'),
    at: '4.5',
    says: /a whole number/,
  },
  'shards in a foreign table': {
    text: changed(
      '        partitions: [p1, p2]\n        buckets: 8\n        filesPerShard: 4\n        fileSize: 1 MiB\n',
      '        type: MYSQL\n        buckets: 3\n',
    ),
    at: '3\n',
    says: /type MYSQL has no buckets/,
  },
  'the definition of a table': {
    text: inTable('        definition: SELECT 1'),
    at: 'SELECT 1',
    says: /only a VIEW has/,
  },
  'two partitions of one name': {
    text: changed('[p1, p2]', '[p1, p1]'),
    at: 'p1]',
    says: /two partitions are named p1/,
  },
  'two databases of one name': {
    text: changed('statement', '  - name: example_db\n    tables: []\nstatement'),
    at: 'example_db\n    tables: []',
    says: /two databases are named example_db/,
  },
  'a generated table that meets another': {
    text: changed(
      'statement',
      "      - { name: 'example_tb{i}', count: 1 }\n      - { name: example_tb1, type: VIEW }\nstatement",
    ),
    at: 'example_tb1',
    says: /two tables are named example_tb1/,
  },
  'a pattern without a count': { text: changed('example_tbl', 't{i}'), at: 't{i}', says: /needs a count/ },
  'a count without a pattern': {
    text: inTable('        count: 5'),
    at: 'example_tbl',
    says: /'example_tbl\{i\}'/,
  },
  'more than can be simulated': {
    text: changed('buckets: 8', 'buckets: 900000000'),
    at: 'name: example_tbl',
    says: /3,600,000,000 replicas, and at most/,
  },
  'more partitions than can be simulated': {
    text: changed('[p1, p2]', '200000\n        count: 200000').replace('example_tbl', 't{i}'),
    at: 'name: t{i}',
    says: /40,000,000,000 table partitions/,
  },
  'no statement': {
    text: SAMPLE.replace(/statement[^]*/, ''),
    at: 'name: sample',
    says: /statement is missing/,
  },
  'an empty statement': {
    text: SAMPLE.replace(/statement[^]*/, "statement: ' '\n"),
    at: "' '",
    says: /must not be empty/,
  },
  'both ways to cut tasks': {
    text: `${SAMPLE}engine: { shardsPerTask: 3, uploadTasksPerNode: 2 }\n`,
    at: '3, upload',
    says: /exclude each other/,
  },
  'a list that is not closed': {
    text: changed('[p1, p2]', '[p1, p2'),
    at: '[p1',
    says: /this \[ is not closed/,
    code: SYNTAX,
  },
  'a quote that is not closed': {
    text: changed('sample', '"sample'),
    at: '"sample',
    says: /not closed with "/,
    code: SYNTAX,
  },
  'a tab': {
    text: changed('  nodes', '\tnodes'),
    at: '\tnodes',
    says: /a tab.*indent with spaces/s,
    code: SYNTAX,
  },
  'a key twice': {
    text: changed('  replication', '  nodes: 5\n  replication'),
    at: 'nodes: 5',
    says: /twice[^]*line 3/,
    code: SYNTAX,
  },
  'a second document': { text: `${SAMPLE}---\na: 1\n`, at: '---', says: /one document/, code: SYNTAX },
  'an alias of nothing': {
    text: changed('[p1, p2]', '*names'),
    at: '*names',
    says: /refers to nothing/,
    code: SYNTAX,
  },
  'an alias in itself': { text: `${SAMPLE}description: &a [*a]\n`, at: '*a', says: /part of/, code: SYNTAX },
  'a map for a key': {
    text: changed('name: example_tbl', 'name: {{i}: 1}'),
    at: '{i}',
    says: /a key is a text.*needs quotes/s,
    code: SYNTAX,
  },
  'an unknown tag': { text: changed('[p1, p2]', '!p [p1]'), at: '!p', says: /needs quotes/, code: SYNTAX },
  'a merge of what is no map': {
    text: changed('  bandwidth', '  <<: 5\n  bandwidth'),
    at: '<<',
    says: /<< takes a map/,
    code: SYNTAX,
  },
  'a line that is indented too far': {
    text: changed('  replication', '   replication'),
    at: '4\n   repl',
    says: /indented further/,
    code: SYNTAX,
  },
  'a list for a scenario': { text: '- a\n- b\n', at: '- a', says: /a map of keys/, code: SYNTAX },
};

for (const [what, { text, at, says, code = 'SCENARIO_INVALID' }] of Object.entries(WRONG)) {
  test(`${what} is refused, at its place`, (t) => {
    const error = errorOf(text);
    t.regex(error.format(), says);
    t.is(error.code, code as DrillError['code']);
    t.deepEqual(error.place, placeOf(text, at));
    t.regex(error.format(), /\^/);
    t.notRegex(error.format(), /\d problems/, 'one mistake, one problem');
  });
}

test('a node that is given up before it was asked three times is refused', (t) => {
  const text = SAMPLE.includes('\nengine:')
    ? SAMPLE.replace(/\nengine:.*/, '\nengine: { heartbeat: 5 s, lostAfter: 14 s }')
    : `${SAMPLE}engine: { heartbeat: 5 s, lostAfter: 14 s }\n`;
  t.throws(() => loadScenario(text, 'a.yaml'), { message: /lostAfter must be at least 3 heartbeats/ });
  t.notThrows(() => loadScenario(text.replace('14 s', '15 s'), 'a.yaml'));
});

test('all problems of a file are told at once, in the order of the file', (t) => {
  const text = changed('bandwidth', 'bandwith')
    .replace('replication: 2', 'replication: 12')
    .replace('fileSize: 1 MiB', 'fileSize: 10')
    .replace('buckets: 8', 'buckets: 0');
  const error = errorOf(text);
  t.regex(error.message, /^4 problems[^]*12 copies[^]*bandwith[^]*at least 1[^]*10 what\?/);
  for (const piece of ['12\n', 'bandwith', '0\n        files', '10\n']) {
    const { source, line, column } = placeOf(text, piece);
    t.true(error.message.includes(`${source}:${line}:${column}: `), `${piece} at ${line}:${column}`);
  }
  t.deepEqual(error.place, placeOf(text, '12\n'));
});

test('a problem that all variants share is told once', (t) => {
  const error = errorOf(`${changed('bandwidth', 'bandwith')}sweep:\n  cluster.nodes: [2, 3, 4]\n`);
  t.regex(error.message, /^repository has no key 'bandwith'$/);
});

test('empty, binary and oversized files are told apart', (t) => {
  for (const text of ['', '\n\n', '# only a comment\n', '\uFEFF']) t.regex(errorOf(text).message, /is empty/);
  t.is(errorOf('name: \0').code, 'SCENARIO_UNREADABLE');
  t.regex(errorOf('# x\n'.repeat(600_000)).message, /too large/);
});

test('aliases that unfold without end and nesting without end are refused', (t) => {
  const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  t.regex(errorOf(`a0: &a0 x\n${levels.join('\n')}\n`).message, /unfold to more than/);
  t.regex(errorOf(`a: ${'['.repeat(50_000)}`).format(), /nested too deeply/);
});

test('CRLF and a byte order mark shift no place', (t) => {
  const text = size('10');
  const { place } = errorOf(text);
  t.deepEqual(errorOf(text.replaceAll('\n', '\r\n')).place, place);
  t.deepEqual(errorOf(`\uFEFF${text}`).place, place);
});

test('whatever is cut from, put into or changed in a scenario, it loads or a DrillError names a place in it', (t) => {
  const edit = fc.record({
    at: fc.nat(SAMPLE.length),
    cut: fc.nat(12),
    put: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom(
        '\n',
        '  ',
        ': ',
        '- ',
        '[',
        '{',
        '"',
        '*a',
        '&a ',
        '!x ',
        '|',
        'null',
        '-1',
        '1e9',
        '.nan',
      ),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const text = edits.reduce((s, { at, cut, put }) => s.slice(0, at) + put + s.slice(at + cut), SAMPLE);
      try {
        t.true(loadScenario(text, 'sample.yaml').variants.length === 1);
      } catch (error) {
        if (!(error instanceof DrillError)) throw error;
        t.regex(error.code, /^SCENARIO_/);
        const { line = 1, column = 1 } = error.place ?? {};
        const lines = text.split('\n');
        t.true(line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1);
      }
    }),
    { numRuns: 500 },
  );
});

test('a wrong value anywhere is told with the place of that value', (t) => {
  const leaves: (readonly (string | number)[])[] = [];
  const collect = (value: unknown, path: readonly (string | number)[]): void => {
    if (value === null || typeof value !== 'object') leaves.push(path);
    else
      for (const [key, part] of Object.entries(value))
        collect(part, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  collect(parse(SAMPLE), []);
  t.true(leaves.length > 10);
  for (const path of leaves) {
    const copy = parse(SAMPLE) as Record<string | number, unknown>;
    const parent = path.slice(0, -1).reduce((value, key) => value[key] as typeof copy, copy);
    parent[path.at(-1)!] = { WRONG: true };
    const text = JSON.stringify(copy, null, 1);
    const error = errorOf(text);
    const key = placeOf(text, '"WRONG"');
    const map = placeOf(text.slice(0, text.indexOf('"WRONG"')), '{');
    // Where a map could have stood, its key is what is wrong; elsewhere the map itself.
    t.true(
      [key, map].some(({ line, column }) => line === error.place?.line && column === error.place.column),
      `${path.join('.')}: ${error.format()}`,
    );
  }
});
