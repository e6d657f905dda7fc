import { plural } from '../base/text.js';
import { buildScenario } from './build.js';
import { checked } from './checked.js';
import { scenarioDigest } from './digest.js';
import { readDocument, type ScenarioDocument } from './document.js';
import { explainIssues, valueAt, type Complaint } from './explain.js';
import { deepFreeze } from './freeze.js';
import { dotted, within, type Path } from './places.js';
import { problemsError, type Problem } from './problems.js';
import type { LoadedScenario, Scenario, ScenarioVariant } from './scenario.js';
import { scenarioSchema, type ScenarioInput } from './schema.js';
import { readVariations, type Variation } from './variations.js';

/**
 * Reads a scenario file. Throws one DrillError that tells everything that is wrong with it: SCENARIO_UNREADABLE,
 * SCENARIO_SYNTAX or SCENARIO_INVALID. `fileName` is for messages and the default name.
 */
export function loadScenario(text: string, fileName: string): LoadedScenario {
  const source = readDocument(text, fileName);
  const { variations, complaints } = readVariations(source);
  const base = variations[0]!;
  const problems = new ProblemSet();
  for (const complaint of complaints) problems.add(complaint, wholeFile(source, base), '');
  const variants: ScenarioVariant[] = [];
  let parts = 0;
  for (const variation of variations) {
    const { scenario, complaints: wrong } = readVariant(source, variation);
    problems.variantsRead += 1;
    for (const complaint of wrong) problems.add(complaint, variation, variation.name);
    if (problems.isEnough()) break;
    if (!scenario) continue;
    if (wrong.length === 0) variants.push({ name: variation.name, scenario });
    // Also of what has problems, since it took as long to find them.
    parts += partsOf(scenario);
    const read = problems.variantsRead;
    if (parts <= MAX_PARTS || read === 1) continue;
    problems.add(tooManyParts(source, read, variations.length), wholeFile(source, base), '');
    break;
  }
  const found = problems.list();
  if (found.length > 0) throw problemsError(source.text, fileName, found);
  const digest = scenarioDigest(variants.map(({ scenario }) => scenario));
  return deepFreeze({ file: fileName, digest, variants });
}

/** What is held for each variant, of all variants together; one may be as large as its own limits say. */
const MAX_PARTS = 500_000;

function partsOf({ cluster, databases }: Scenario): number {
  let parts = cluster.nodes.length;
  for (const { tables } of databases)
    for (const { partitions, rollups } of tables) {
      parts += 1 + partitions.length + rollups.length;
      for (const { shards } of partitions) parts += shards?.files.length ?? 0;
    }
  return parts;
}

function tooManyParts({ raw }: ScenarioDocument, read: number, all: number): Complaint {
  const most = MAX_PARTS.toLocaleString('en-US');
  return {
    path: ['sweep' in raw ? 'sweep' : 'variants'],
    at: 'key',
    message: `the first ${read} of ${plural(all, 'variant')} have more than ${most} nodes, tables, rollups, partitions and listed shards`,
    hint: 'run fewer variants at a time, or vary a smaller cluster or database',
  };
}

/** Places for what is wrong with the sweep or the variants themselves. */
function wholeFile(source: ScenarioDocument, base: Variation): Variation {
  return { ...base, raw: source.raw, varied: () => false };
}

/** The scenario as far as it can be made, which is fit for use only without complaints. */
interface ReadVariant {
  readonly scenario?: Scenario;
  readonly complaints: readonly Complaint[];
}

function readVariant(source: ScenarioDocument, variation: Variation): ReadVariant {
  const parsed = checked(scenarioSchema, variation.raw);
  if (parsed.success) return build(source, variation, parsed.data);
  const complaints = explainIssues(parsed.issues, variation.raw);
  const rest = whatElseIsWrong(source, variation, complaints);
  return { ...rest, complaints: [...complaints, ...rest.complaints] };
}

/**
 * A person wants to hear of everything at once, so what is malformed is taken out and the rest checked for sense.
 * Complaints about a map that something was taken out of could be its fault, and are dropped.
 */
function whatElseIsWrong(
  source: ScenarioDocument,
  variation: Variation,
  known: readonly Complaint[],
): ReadVariant {
  const wrong: Removal = { isGone: false, below: new Map() };
  const touched = new Map<string, Path>();
  for (const { path } of known) {
    const key = path.findLastIndex((segment) => typeof segment === 'string');
    remove(wrong, path.slice(0, key + 1));
    const map = path.slice(0, Math.max(0, key));
    if (map.length > 0) touched.set(dotted(map), map);
  }
  const parsed = checked(scenarioSchema, without(variation.raw, wrong));
  if (!parsed.success) return { complaints: [] };
  const { scenario, complaints } = build(source, variation, parsed.data);
  const maps = [...touched.values()];
  return { scenario, complaints: complaints.filter(({ path }) => !maps.some((map) => within(map, path))) };
}

/** What is taken out of a value: all of it, or something of its parts. */
interface Removal {
  isGone: boolean;
  readonly below: Map<string, Removal>;
}

function remove(root: Removal, path: Path): void {
  let removal = root;
  for (const segment of path.map(String)) {
    const below = removal.below.get(segment) ?? { isGone: false, below: new Map<string, Removal>() };
    removal.below.set(segment, below);
    removal = below;
  }
  removal.isGone = path.length > 0;
}

/** A copy without it all, made at once: there may be thousands of misspelt keys in one map. */
function without(value: unknown, { below }: Removal): unknown {
  if (below.size === 0 || value === null || typeof value !== 'object') return value;
  const keep = (item: unknown, key: string): readonly unknown[] => {
    const removal = below.get(key);
    if (!removal) return [item];
    return removal.isGone ? [] : [without(item, removal)];
  };
  if (Array.isArray(value)) return value.flatMap((item, i) => keep(item, String(i)));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => keep(part, key).map((kept) => [key, kept] as const)),
  );
}

function build(
  source: ScenarioDocument,
  variation: Variation,
  input: ScenarioInput,
): { scenario: Scenario; complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const defaults = { name: baseName(source.fileName), statementLine: statementLine(source, variation) };
  const scenario = buildScenario(input, defaults, (paths, message, hint) => {
    // In a sweep, what the sweep sets is to blame; otherwise what was written rather than a default.
    const path =
      paths.find((candidate) => variation.varied(candidate)) ??
      paths.find((candidate) => valueAt(variation.raw, candidate) !== undefined) ??
      paths[0];
    complaints.push({ path, at: 'value', message, hint });
  });
  return { scenario, complaints };
}

/** The line on which the statement's own text begins: in a block (`statement: |`), the one below. */
function statementLine(source: ScenarioDocument, variation: Variation): number {
  const { start } = variation.locate(['statement'], 'value');
  const line = source.lineOf(start);
  const isBlock = /^[|>]/.test(source.text.slice(start, start + 1));
  return isBlock ? line + 1 : line;
}

function baseName(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? fileName;
  return last.replace(/\.ya?ml$/i, '') || 'scenario';
}

const MOST_PROBLEMS = 100;
/** With those that several variants have. */
const MOST_TOLD = 2000;

/** Problems of all variants, each told once; one that only some variants have says which. */
class ProblemSet {
  private readonly found = new Map<string, { problem: Problem; variants: string[] }>();
  variantsRead = 0;

  private told = 0;

  /** More of them nobody would read, and further variants would mostly have the same again. */
  isEnough(): boolean {
    return this.found.size >= MOST_PROBLEMS || this.told >= MOST_TOLD;
  }

  add({ path, at, message, hint }: Complaint, variation: Variation, variant: string): void {
    this.told += 1;
    const range = variation.locate(path, at);
    const key = `${range.start} ${message}`;
    const known = this.found.get(key);
    if (known) known.variants.push(variant);
    else {
      const problem: Problem = { code: 'SCENARIO_INVALID', message, hint, range };
      this.found.set(key, { problem, variants: [variant] });
    }
  }

  list(): Problem[] {
    return [...this.found.values()].map(({ problem, variants }) => {
      if (variants.length === this.variantsRead || variants[0] === '') return problem;
      const more = variants.length > 1 ? ` and ${variants.length - 1} more` : '';
      const { code, hint, range } = problem;
      return { code, hint, range, message: `${problem.message} (in variant '${variants[0]}'${more})` };
    });
  }
}
