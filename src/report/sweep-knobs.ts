import { parseBytes, parseDuration, parseRate, parseRequestRate, UnitError } from '../base/units.js';
import type { VariantReport } from '../world/result.js';
import { plainText } from './text.js';

/** What a sweep turned, read from the names of its variants. */
export interface SweptKnobs {
  /** One knob, or two. */
  readonly knobs: readonly SweptKnob[];
  /** Of each variant, its value of each knob: positions in `values`. */
  readonly places: readonly (readonly number[])[];
}

export interface SweptKnob {
  readonly name: string;
  /** Each once, in the order of the variants. */
  readonly values: readonly string[];
}

const ONE_KNOB = /^([^\s=,]+) = (.+)$/;
const TWO_KNOBS = /^([^\s=,]+) = (.+), ([^\s=,]+) = (.+)$/;

/** The knobs of `a = 1, b = 2` where the variants are all pairs of values, or of `a = 1`; undefined for named variants. */
export function sweptKnobs(variants: readonly VariantReport[]): SweptKnobs | undefined {
  const names = variants.map(({ name }) => plainText(name));
  const pairs = gridOf(
    names.map((name) => {
      const [, first, x, second, y] = TWO_KNOBS.exec(name) ?? [];
      return first === undefined ? undefined : { knobs: [first, second!], values: [x!, y!] };
    }),
  );
  if (pairs) return pairs;
  return gridOf(
    names.map((name) => {
      const [, knob, value] = ONE_KNOB.exec(name) ?? [];
      return knob === undefined ? undefined : { knobs: [knob], values: [value!] };
    }),
  );
}

interface ReadName {
  readonly knobs: readonly string[];
  readonly values: readonly string[];
}

/** Only where all names have the same knobs, and there is each combination of their values once. */
function gridOf(names: readonly (ReadName | undefined)[]): SweptKnobs | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  const read = names.filter((name) => name !== undefined);
  if (read.length < names.length) return undefined;
  if (read.some(({ knobs }) => knobs.some((knob, i) => knob !== first.knobs[i]))) return undefined;
  const knobs = first.knobs.map((name, k) => ({
    name,
    values: [...new Set(read.map(({ values }) => values[k]!))],
  }));
  const combinations = knobs.reduce((product, { values }) => product * values.length, 1);
  const places = read.map(({ values }) => values.map((value, k) => knobs[k]!.values.indexOf(value)));
  const different = new Set(places.map((place) => place.join(' '))).size;
  return different === names.length && combinations === names.length ? { knobs, places } : undefined;
}

/**
 * Knobs of which twice as much could make a backup twice as fast: what there is of a resource. The others are prices, or
 * what there is to do.
 */
const RESOURCES: ReadonlySet<string> = new Set([
  'disk',
  'hash',
  'nic',
  'cores',
  'bandwidth',
  'perConnection',
  'requestRate',
  'parallel',
  'uploadWorkers',
  'downloadWorkers',
  'snapshotWorkers',
  'uploadTasksPerNode',
]);

export const isResource = (knob: string): boolean => RESOURCES.has(knob.split('.').at(-1)!);

const READERS = [parseRate, parseRequestRate, parseBytes, parseDuration];

/** The number in a value: `4`, `100 MB/s` in bytes a second; undefined where it has none, or no end. */
export function amountOf(value: string): number | undefined {
  if (/^\d+(\.\d+)?(e[+-]?\d+)?$/.test(value)) return Number(value);
  for (const read of READERS) {
    try {
      const amount = read(value);
      return Number.isFinite(amount) ? amount : undefined;
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
    }
  }
  return undefined;
}
