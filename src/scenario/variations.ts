import { listOf, plural, shortened } from '../base/text.js';
import { nodesOf } from './aliases.js';
import { checked } from './checked.js';
import { explainIssues, valueAt, type Complaint } from './explain.js';
import type { ScenarioDocument } from './document.js';
import { keyRange, MAX_DEPTH, nodeAt, valueRange, within, type Path, type TextRange } from './places.js';
import { variationKeys, VARIATION_KEYS } from './schema.js';
import { combinations, MOST_SHOWN, nameOfChoices, readSweep } from './sweep.js';
import { keys } from './values.js';

/** One value set in place of what the scenario says, and where in the file it stands. */
interface Patch {
  /** What is replaced. */
  readonly target: Path;
  /** Paths in the file: of the new value, and of the knob that names the target. */
  readonly source: Path;
  readonly knob: Path;
}

/** The scenario with one variant's values in it. */
export interface Variation {
  readonly name: string;
  readonly raw: unknown;
  /** Where in the file the value (or key) at a path of `raw` stands. */
  readonly locate: (path: Path, at: 'key' | 'value') => TextRange;
  /** Whether the value at this path comes from the sweep or the variant. */
  readonly varied: (path: Path) => boolean;
}

/** What names a run rather than shapes it. */
const FIXED_KEYS = new Set(['name', 'description', ...VARIATION_KEYS]);

const variationsSchema = keys(variationKeys);

/** The variants of a file; if its sweep or variants are wrong, why, and the scenario without them. */
export function readVariations(source: ScenarioDocument): {
  variations: readonly Variation[];
  complaints: readonly Complaint[];
} {
  const { raw } = source;
  const chosen = Object.fromEntries(VARIATION_KEYS.filter((key) => key in raw).map((key) => [key, raw[key]]));
  const base = Object.fromEntries(Object.entries(raw).filter(([key]) => !VARIATION_KEYS.includes(key)));
  const plain = [variation(source, '', base, [])];
  if (Object.keys(chosen).length === 0) return { variations: plain, complaints: [] };
  const parsed = checked(variationsSchema, chosen);
  if (!parsed.success) return { variations: plain, complaints: explainIssues(parsed.issues, chosen) };
  const complaints: Complaint[] = [];
  const { sweep, variants } = parsed.data;
  if (sweep && variants) {
    complaints.push({
      path: ['variants'],
      at: 'key',
      message: 'a scenario has a sweep or variants, not both',
    });
  }
  const tooMuch = tooMuchToVary(source, sweep, variants?.length);
  if (tooMuch) return { variations: plain, complaints: [...complaints, tooMuch] };
  const variations = [
    ...(sweep ? sweepVariations(source, base, sweep, complaints) : []),
    ...(variants ?? []).map((variant, i) => {
      const first = variants!.findIndex(({ name }) => name === variant.name);
      if (first < i) {
        const message = `two variants are named '${variant.name}'`;
        complaints.push({ path: ['variants', i, 'name'], at: 'value', message });
      }
      return namedVariation(source, base, i, variant, complaints);
    }),
  ];
  return complaints.length > 0 ? { variations: plain, complaints } : { variations, complaints };
}

/** Of all variants together, in values of the file: each has a copy of all of them. */
const MAX_VALUES = 2_000_000;

function tooMuchToVary(
  { document, raw }: ScenarioDocument,
  sweep: Readonly<Record<string, string | readonly unknown[]>> | undefined,
  variants: number | undefined,
): Complaint | undefined {
  const counts = sweep
    ? readSweep(sweep, (knob) => resolveKnob(raw, knob)).knobs.map(({ values }) => values.length)
    : [variants ?? 0];
  const count = counts.reduce((product, one) => product * one, 1);
  let values = 0;
  for (const _ of nodesOf(document)) values += 1;
  if (values * count <= MAX_VALUES) return undefined;
  const message = `${plural(count, 'variant')} of a file with ${plural(values, 'value')} in it are too many`;
  const hint = 'run fewer variants at a time, or write what is alike once, with a count';
  return { path: [sweep ? 'sweep' : 'variants'], at: 'key', message, hint };
}

function sweepVariations(
  source: ScenarioDocument,
  base: object,
  sweep: Readonly<Record<string, string | readonly unknown[]>>,
  complaints: Complaint[],
): Variation[] {
  const { knobs, complaints: wrong } = readSweep(sweep, (knob) => resolveKnob(base, knob));
  complaints.push(...wrong);
  if (wrong.length > 0) return [];
  return combinations(knobs).map((choices) => {
    const raw = choices.reduce<unknown>(
      (before, { knob, value }) => withValue(before, knob.target, value.value),
      base,
    );
    const patches = choices.map(({ knob, value }): Patch => {
      return { target: knob.target, knob: ['sweep', knob.knob], source: value.source };
    });
    return variation(source, nameOfChoices(choices), raw, patches);
  });
}

function namedVariation(
  source: ScenarioDocument,
  base: object,
  index: number,
  variant: { readonly name: string; readonly set: Readonly<Record<string, unknown>> },
  complaints: Complaint[],
): Variation {
  let raw: unknown = base;
  const patches: Patch[] = [];
  for (const [knob, value] of Object.entries(variant.set)) {
    const path: Path = ['variants', index, 'set', knob];
    const target = resolveKnob(raw, knob);
    if (typeof target === 'string') {
      complaints.push({ path, at: 'key', message: `${shortened(knob, MOST_SHOWN)}: ${target}` });
    } else {
      raw = withValue(raw, target, value);
      patches.push({ target, knob: path, source: path });
    }
  }
  return variation(source, variant.name, raw, patches);
}

/** The path that a knob names, or what is wrong with it. Items of lists go by position or, if they have one, name. */
function resolveKnob(raw: unknown, knob: string): Path | string {
  const segments = knob.split('.');
  if (segments.includes('')) return 'a knob is keys with one point between them, such as cluster.nodes';
  if (segments.length > MAX_DEPTH) return `nothing in a scenario lies in more than ${MAX_DEPTH} maps`;
  if (FIXED_KEYS.has(segments[0]!)) return `${segments[0]} is the same for all variants`;
  const path: (string | number)[] = [];
  for (const segment of segments) {
    const value = valueAt(raw, path);
    const here = path.join('.');
    if (Array.isArray(value)) {
      const index = /^\d+$/.test(segment)
        ? Number(segment)
        : value.findIndex((item) => valueAt(item, ['name']) === segment);
      if (index < 0 || index >= value.length) return noSuchItem(here, segment, value);
      path.push(index);
    } else if (value === undefined || value === null || typeof value === 'object') {
      path.push(segment);
    } else {
      return `${here} is ${String(value)}, which has no ${segment} in it`;
    }
  }
  return path;
}

function noSuchItem(list: string, segment: string, items: readonly unknown[]): string {
  const names = items.map((item) => valueAt(item, ['name'])).filter((name) => typeof name === 'string');
  const range =
    items.length === 0
      ? 'it is empty'
      : items.length === 1
        ? 'its only item is 0'
        : `its items are 0 to ${items.length - 1}`;
  return `${list} has no item ${segment}: ${range}${names.length > 0 ? `, also known as ${listOf(names, 'and')}` : ''}`;
}

/** A copy with `value` at `path`; maps that are not there yet are made. */
function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(root))
    return root.map((item, i) => (i === segment ? withValue(item, rest, value) : item));
  const map = (root ?? {}) as Readonly<Record<string, unknown>>;
  return { ...map, [segment]: withValue(map[segment], rest, value) };
}

function variation(
  source: ScenarioDocument,
  name: string,
  raw: unknown,
  patches: readonly Patch[],
): Variation {
  const { document } = source;
  const root = document.contents;
  const inFile = (path: Path, at: 'key' | 'value'): TextRange | undefined =>
    (at === 'key' ? keyRange(document, root, path) : undefined) ?? valueRange(document, root, path);
  const governing = (path: Path) => patches.findLast(({ target }) => within(target, path));
  return {
    name,
    raw,
    varied: (path) => governing(path) !== undefined,
    locate(path, at) {
      const patch = governing(path);
      if (patch) {
        const rest = path.slice(patch.target.length);
        const own = at === 'key' && rest.length === 0 ? patch.knob : [...patch.source, ...rest];
        return inFile(own, at) ?? { start: 0, end: 1 };
      }
      const inside = nodeAt(document, root, path)
        ? undefined
        : patches.findLast(({ target }) => within(path, target));
      return inFile(inside?.knob ?? path, inside ? 'key' : at) ?? { start: 0, end: 1 };
    },
  };
}
