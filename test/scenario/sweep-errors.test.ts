import test from 'ava';
import { errorOf, placeOf, SAMPLE } from './sample.js';

interface Wrong {
  readonly text: string;
  /** What the caret points at: the last place of this in the text. */
  readonly at: string;
  readonly says: RegExp;
}

const WRONG: Readonly<Record<string, Wrong>> = {
  'a sweep of a misspelt knob': {
    text: `${SAMPLE}sweep:\n  cluster.node: [1, 2]\n`,
    at: 'cluster.node',
    says: /did you mean nodes\?/,
  },
  'a sweep past the end of a list': {
    text: `${SAMPLE}sweep:\n  databases.3.tables.0.fileSize: [1 MiB]\n`,
    at: 'databases.3',
    says: /databases has no item 3: its only item is 0/,
  },
  'a sweep through a number': {
    text: `${SAMPLE}sweep:\n  cluster.nodes.x: [1]\n`,
    at: 'cluster.nodes.x',
    says: /cluster\.nodes is 4/,
  },
  'a sweep of one value, not a list': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: 3\n`,
    at: '3\n',
    says: /a list/,
  },
  'a sweep of what names a run': {
    text: `${SAMPLE}sweep:\n  name: [a, b]\n`,
    at: 'name: [a',
    says: /the same for all/,
  },
  'a sweep with a wrong value': {
    text: `${SAMPLE}sweep:\n  databases.example_db.tables.example_tbl.fileSize: [1 MiB, 7]\n`,
    at: '7]',
    says: /7 what\?.*\(in variant/,
  },
  'a sweep that is too thin for the replication': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: [8, 1]\n`,
    at: '1]',
    says: /1 node cannot hold 2 copies.*in variant 'cluster.nodes = 1'/,
  },
  'a sweep of three knobs': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: [8]\n  seed: [1]\n  window: [1 h]\n`,
    at: 'window: [1',
    says: /one knob or two[^]*as variants/,
  },
  'a sweep of no knob': { text: `${SAMPLE}sweep: {}\n`, at: '{}', says: /names no knob/ },
  'a sweep without values': { text: `${SAMPLE}sweep:\n  seed: []\n`, at: '[]', says: /sweep\.seed/ },
  'a value twice in a sweep': {
    text: `${SAMPLE}sweep:\n  seed: [7, 8, 7]\n`,
    at: '7]',
    says: /7 is in the sweep twice/,
  },
  'a wrong value of the second knob': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: [2, 4]\n  engine.uploadWorkers: [1, none]\n`,
    at: 'none]',
    says: /a number|whole number/,
  },
  'two names of one knob': {
    text: `${SAMPLE}sweep:\n  databases.0.tables.0.buckets: [1]\n  databases.example_db.tables.example_tbl.buckets: [2]\n`,
    at: 'databases.example_db.tables',
    says: /the same knob/,
  },
  'a knob within the other': {
    text: `${SAMPLE}sweep:\n  engine.uploadWorkers: [1]\n  engine: [{ uploadWorkers: 2 }]\n`,
    at: 'engine: [',
    says: /a part of the other/,
  },
  'a sweep of more pairs than can be run': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: 2..101/1\n  engine.uploadWorkers: 1..11/1\n`,
    at: 'engine.uploadWorkers',
    says: /100 times 11 values are 1,100 variants, and a sweep has at most 1,000/,
  },
  'a range of more values than can be run': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: 1..5000/1\n`,
    at: '1..5000',
    says: /5,000 values, and a sweep has at most 1,000/,
  },
  'a range backwards': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: 64..2\n`,
    at: '64..2',
    says: /ends before it begins: .*2\.\.64/,
  },
  'a range of too few nodes': {
    text: `${SAMPLE}sweep:\n  cluster.nodes: 1..8\n`,
    at: '1..8',
    says: /1 node cannot hold 2 copies.*in variant 'cluster.nodes = 1'/,
  },
  'a sweep and variants': {
    text: `${SAMPLE}sweep: { seed: [1] }\nvariants: [{ name: a, set: {} }]\n`,
    at: 'variants',
    says: /not both/,
  },
  'variants of one name': {
    text: `${SAMPLE}variants: [{ name: a, set: { seed: 1 } }, { name: a, set: { seed: 2 } }]\n`,
    at: 'a, set: { seed: 2',
    says: /two variants are named 'a'/,
  },
};

for (const [what, { text, at, says }] of Object.entries(WRONG)) {
  test(`${what} is refused, at its place`, (t) => {
    const error = errorOf(text);
    t.regex(error.format(), says);
    t.is(error.code, 'SCENARIO_INVALID');
    t.deepEqual(error.place, placeOf(text, at));
    t.regex(error.format(), /\^/);
    t.notRegex(error.format(), /\d problems/, 'one mistake, one problem');
  });
}
