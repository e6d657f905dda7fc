import { parseRate, parseRequestRate, UnitError } from '../base/units.js';
import { nearest } from '../base/text.js';
import type { AlterJobStatement, Property } from './ast.js';
import { byKey } from './property-lookup.js';
import type { Located } from './locate.js';
import { badValue, show } from './property-values.js';

/** What a job may do; Infinity where a limit is taken away, nothing where it is not spoken of. */
interface LimitValues {
  readonly bytesPerSec?: number;
  readonly requestsPerSec?: number;
  readonly transfers?: number;
}

/** The limits that a statement names: of the job on all nodes together, and on each of them. */
export interface LimitOptions {
  readonly job: LimitValues;
  readonly node: LimitValues;
}

/** Named as those of Doris's workload groups (`remote_read_bytes_per_second`, `max_concurrency`). */
export const LIMIT_PROPERTIES = [
  'bytes_per_second',
  'requests_per_second',
  'max_concurrency',
  'node_bytes_per_second',
  'node_requests_per_second',
  'node_max_concurrency',
] as const;

export type LimitProperty = (typeof LIMIT_PROPERTIES)[number];

const MAX_CONCURRENCY = 1_000_000;

/** Reads the limits among a statement's properties; undefined if there are none. One that is wrong is SQL_PROPERTY, at its place. */
export function readLimits(
  where: Located,
  properties: ReadonlyMap<LimitProperty | (string & {}), Property>,
): LimitOptions | undefined {
  if (!LIMIT_PROPERTIES.some((key) => properties.has(key))) return undefined;
  const read = (
    key: LimitProperty,
    name: keyof LimitValues,
    reader: (where: Located, property: Property) => number,
  ): LimitValues => {
    const property = properties.get(key);
    return property ? { [name]: isUnlimited(property) ? Infinity : reader(where, property) } : {};
  };
  const of = (prefix: '' | 'node_'): LimitValues => ({
    ...read(`${prefix}bytes_per_second`, 'bytesPerSec', readByteRate),
    ...read(`${prefix}requests_per_second`, 'requestsPerSec', readRequestRate),
    ...read(`${prefix}max_concurrency`, 'transfers', readConcurrency),
  });
  return { job: of(''), node: of('node_') };
}

/** What an ALTER of a job asks for. A property that is unknown, repeated or wrong is SQL_PROPERTY, at its place. */
export function alteredLimits(statement: AlterJobStatement): LimitOptions {
  const properties = byKey(statement, statement.properties, {
    owner: `ALTER ${statement.job.toUpperCase()}`,
    names: LIMIT_PROPERTIES,
    keyOf: (name) => LIMIT_PROPERTIES.find((known) => known === name),
    hint: (name) => {
      const meant = nearest(name, LIMIT_PROPERTIES);
      return meant === undefined
        ? 'of a job that runs, only its limits can be changed'
        : `did you mean "${meant}"?`;
    },
  });
  return readLimits(statement, properties) ?? { job: {}, node: {} };
}

/** Doris writes it -1. */
const isUnlimited = ({ value }: Property): boolean => /^(unlimited|-1)$/i.test(value.text.trim());

/** `52428800` as in Doris, or with a unit: `50MB`, `400 Mbit/s`. */
function readByteRate(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const written = /^\d+$/.test(text) ? `${text} B/s` : text.endsWith('/s') ? text : `${text}/s`;
  return quantity(where, property, 'a number of bytes', '"50 MB"', () => parseRate(written), 1);
}

/** `500`, or `500/s`. */
function readRequestRate(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const written = text.endsWith('/s') ? text : `${text}/s`;
  return quantity(where, property, 'a number of requests', '"500"', () => parseRequestRate(written), 0.001);
}

function readConcurrency(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MAX_CONCURRENCY) return count;
  const message = `${keyOf(property)} is a whole number from 1 on, not ${show(text)}`;
  throw badValue(where, property, message, unlimitedHint(property, '"16"'));
}

function quantity(
  where: Located,
  property: Property,
  what: string,
  example: string,
  parse: () => number,
  least: number,
): number {
  try {
    const value = parse();
    if (value >= least && value < Infinity) return value;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
  }
  const message = `${keyOf(property)} is ${what}, more than 0, not ${show(property.value.text)}`;
  throw badValue(where, property, message, unlimitedHint(property, example));
}

const unlimitedHint = (property: Property, example: string): string =>
  `as in "${keyOf(property)}" = ${example}, or "unlimited"`;

const keyOf = ({ key }: Property): string => key.text.trim().toLowerCase();
