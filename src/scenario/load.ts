import { buildScenario } from './build.js';
import { scenarioDigest } from './digest.js';
import { readDocument, type ScenarioDocument } from './document.js';
import { explainIssues, valueAt, type Complaint } from './explain.js';
import { deepFreeze } from './freeze.js';
import { within, type Path } from './places.js';
import { problemsError, type Problem } from './problems.js';
import type { LoadedScenario, Scenario } from './scenario.js';
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
  const problems = new ProblemSet(variations.length);
  for (const complaint of complaints) problems.add(complaint, wholeFile(source, base), '');
  const variants = variations.flatMap((variation) => {
    const { scenario, complaints: wrong } = readVariant(source, variation);
    for (const complaint of wrong) problems.add(complaint, variation, variation.name);
    return scenario ? [{ name: variation.name, scenario }] : [];
  });
  const found = problems.list();
  if (found.length > 0) throw problemsError(source.text, fileName, found);
  const digest = scenarioDigest(variants.map(({ scenario }) => scenario));
  return deepFreeze({ file: fileName, digest, variants });
}

/** Places for what is wrong with the sweep or the variants themselves. */
function wholeFile(source: ScenarioDocument, base: Variation): Variation {
  return { ...base, raw: source.raw, varied: () => false };
}

function readVariant(
  source: ScenarioDocument,
  variation: Variation,
): { scenario?: Scenario; complaints: readonly Complaint[] } {
  const parsed = scenarioSchema.safeParse(variation.raw);
  if (parsed.success) {
    const { scenario, complaints } = build(source, variation, parsed.data);
    return complaints.length > 0 ? { complaints } : { scenario, complaints };
  }
  const complaints = explainIssues(parsed.error.issues, variation.raw);
  return { complaints: [...complaints, ...whatElseIsWrong(source, variation, complaints)] };
}

/**
 * A person wants to hear of everything at once, so what is malformed is taken out and the rest checked for sense.
 * Complaints about a map that something was taken out of could be its fault, and are dropped.
 */
function whatElseIsWrong(
  source: ScenarioDocument,
  variation: Variation,
  known: readonly Complaint[],
): Complaint[] {
  let raw = variation.raw;
  const touched: Path[] = [];
  for (const { path } of known) {
    const key = path.findLastIndex((segment) => typeof segment === 'string');
    raw = without(raw, path.slice(0, key + 1));
    touched.push(path.slice(0, key));
  }
  const parsed = scenarioSchema.safeParse(raw);
  if (!parsed.success) return [];
  const { complaints } = build(source, variation, parsed.data);
  return complaints.filter(({ path }) => !touched.some((map) => map.length > 0 && within(map, path)));
}

function without(root: unknown, path: Path): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined || root === null || typeof root !== 'object') return root;
  if (Array.isArray(root)) return root.map((item, i) => (i === segment ? without(item, rest) : item));
  return Object.fromEntries(
    Object.entries(root).flatMap(([key, value]) => {
      if (key !== segment) return [[key, value]];
      return rest.length === 0 ? [] : [[key, without(value, rest)]];
    }),
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

/** Problems of all variants, each told once; one that only some variants have says which. */
class ProblemSet {
  private readonly found = new Map<string, { problem: Problem; variants: string[] }>();
  private readonly variantCount: number;

  constructor(variantCount: number) {
    this.variantCount = variantCount;
  }

  add({ path, at, message, hint }: Complaint, variation: Variation, variant: string): void {
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
      if (variants.length === this.variantCount || variants[0] === '') return problem;
      const more = variants.length > 1 ? ` and ${variants.length - 1} more` : '';
      const { code, hint, range } = problem;
      return { code, hint, range, message: `${problem.message} (in variant '${variants[0]}'${more})` };
    });
  }
}
