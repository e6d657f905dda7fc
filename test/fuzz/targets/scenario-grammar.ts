import { scenarioJsonSchema } from '../../../src/scenario/index.js';
import type { Dice } from '../dice.js';
import { WEIRD_NUMBERS, WEIRD_TEXTS } from '../weird.js';

/* Scenarios made from the schema that editors complete by: each key that there is, with values that may or may not fit. */

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const ROOT = scenarioJsonSchema() as Schema;

const UNITS = [
  'B',
  'kB',
  'MB',
  'GB',
  'PB',
  'KiB',
  'MiB',
  'PiB',
  'MB/s',
  'Gbit/s',
  '/s',
  'us',
  'ms',
  's',
  'min',
  'h',
  'd',
];

const TEXTS: readonly string[] = [
  'a',
  'b',
  'tbl',
  't{i}',
  '{i}',
  '{i}{i}{i}{i}',
  'example_db',
  'example_repo',
  'unlimited',
  'none',
  'BACKUP SNAPSHOT a.l TO example_repo',
  'BACKUP SNAPSHOT example_db.l TO example_repo ON (tbl)',
  'RESTORE SNAPSHOT a.l FROM example_repo',
  '1 1MB 1 be-1',
  '1 1MB 1 be-1\n2 0B 0 be-1 be-2\n',
  's3://bucket/prefix',
  'http://127.0.0.1:9000',
  '1 h 30 min',
  '1..64',
  '1..1e9',
  '1..1000000000/1',
  '0.0000001..1',
];

/** Paths for knobs, and some that lead nowhere. */
export const KNOBS: readonly string[] = [
  'cluster.nodes',
  'cluster.replication',
  'cluster.nodes.0.count',
  'seed',
  'engine.uploadWorkers',
  'engine.preset',
  'databases.0.tables.0.fileSize',
  'databases.0.tables.0.count',
  'databases.0.tables.0.partitions',
  'databases.0.tables.0.buckets.uniform.min',
  'databases.a.tables.b',
  'databases.99999999999',
  'repository.latency',
  'repository',
  'name',
  'sweep.seed',
  '__proto__.x',
  'constructor.prototype',
  'cluster.__proto__',
  '',
  '.',
  'a..b',
  Array.from({ length: 3000 }, () => 'a').join('.'),
];

/** What knobs may be given, as texts. */
export const VALUES: readonly string[] = [
  '1..64',
  '1..10/1',
  '1..1000/1',
  '1..1001/1',
  '0..1',
  '0..1/0.0001',
  '1e-300..1e300',
  '0.0000000000001..1',
  '100 MB/s..1 GB/s',
  '1 h 30 min..4 h/30 min',
  '1, 2, 4',
  '[1, 2, [3]]',
  '{a: 1}',
  '[',
  '&a [*a]',
  '&a [1], *a',
  '*a',
  '64..1',
  '1..',
  '..',
  `${'9'.repeat(400)}..${'9'.repeat(401)}`,
  '1 B..9 PB',
  '1 us..10 d',
  '<<: 1',
  '!!binary x',
  '200000',
  '100000',
  '? a',
  'null',
  '"a\\u0000b"',
  '[[[['.repeat(200),
];

function scalar(dice: Dice): unknown {
  return dice.pick<() => unknown>([
    () => dice.below(10),
    () => dice.size(1, 300_000),
    () => Number(dice.pick(WEIRD_NUMBERS)),
    () => `${dice.pick([1, 8, 64, 1000, 1.5, 0])} ${dice.pick(UNITS)}`,
    () => dice.pick(TEXTS),
    () => dice.pick(WEIRD_TEXTS),
    () => dice.chance(0.5),
    () => null,
  ])();
}

function fitting(schema: Schema, dice: Dice): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return dice.pick(schema.enum);
  if (schema.type === 'boolean') return dice.chance(0.5);
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum = 0, maximum = 1e6 } = schema;
    return dice.chance(0.9) ? minimum + dice.below(4) : Math.min(maximum, dice.size(1, 300_000));
  }
  return dice.chance(0.5) ? dice.pick(TEXTS) : `${dice.pick([1, 8, 64, 1000, 1.5])} ${dice.pick(UNITS)}`;
}

function made(schema: Schema, dice: Dice, depth: number): unknown {
  if (dice.chance(0.02)) return scalar(dice);
  if (schema.anyOf) return made(dice.pick(schema.anyOf), dice, depth);
  if (schema.properties) {
    const { properties, required = [] } = schema;
    const often = depth === 0 ? 0.4 : 0.25;
    const keys = Object.keys(properties).filter((key) => required.includes(key) || dice.chance(often));
    const pairs = keys.map((key) => [key, made(properties[key]!, dice, depth + 1)] as const);
    if (dice.chance(0.02)) return Object.fromEntries([...pairs, [dice.pick(WEIRD_TEXTS), scalar(dice)]]);
    return Object.fromEntries(pairs);
  }
  if (schema.items) {
    const most = dice.chance(0.03) ? 300 : 3;
    return Array.from({ length: dice.size(1, most) }, () => made(schema.items!, dice, depth + 1));
  }
  if (schema.type === 'object') return { [dice.pick(KNOBS)]: [scalar(dice), scalar(dice)] };
  return fitting(schema, dice);
}

/** A scenario, or something like one. */
export const madeScenario = (dice: Dice): unknown => made(ROOT, dice, 0);
