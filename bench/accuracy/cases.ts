import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadScenario, type LoadedScenario, type Scenario } from '../../src/scenario/index.js';

/**
 * `limited`: explicit limits bind, so that the machine hardly matters, and the model is what is compared. `unlimited`: nothing
 * binds but the machine, and what was measured of it is compared as well.
 */
export type CaseClass = 'limited' | 'unlimited';

/** What a calibration holds for: one way to write files costs other things than another. */
export type RepositoryKind = 'local' | 'local-durable' | 's3';

/** One variant of a scenario: what is run, and predicted. */
export interface Case {
  /** `quickstart`; of a scenario with variants, `small-files: files of 16 KiB`. */
  readonly name: string;
  readonly class: CaseClass;
  readonly kind: RepositoryKind;
  /** The scenario with this variant alone. */
  readonly loaded: LoadedScenario;
  /** Of the text of its file. Not the scenario's own digest, which changes when scenarios learn a new key. */
  readonly digest: string;
  readonly scenario: Scenario;
}

export const ACCURACY_DIRECTORY = 'scenarios/accuracy';
const DIGEST_DIGITS = 16;
const UNLIMITED_PREFIX = 'unlimited-';

/**
 * Scenarios from before the suite had a directory. The last has next to nothing to send, and a latency that is less than what
 * making a file takes: the machine binds.
 */
const SHIPPED: readonly (readonly [file: string, caseClass: CaseClass])[] = [
  ['scenarios/quickstart.yaml', 'limited'],
  ['scenarios/scale-nodes.yaml', 'limited'],
  ['scenarios/small-files.yaml', 'limited'],
  ['scenarios/exclude-partitions.yaml', 'unlimited'],
];

/** Every case of the suite, in the order of the report. `root` is the project's directory. */
export function loadCases(root = '.'): readonly Case[] {
  const own = readdirSync(path.join(root, ACCURACY_DIRECTORY))
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => [`${ACCURACY_DIRECTORY}/${file}`, classOf(file)] as const);
  return [...SHIPPED, ...own].flatMap(([file, caseClass]) => casesOf(root, file, caseClass));
}

const classOf = (file: string): CaseClass => (file.startsWith(UNLIMITED_PREFIX) ? 'unlimited' : 'limited');

function casesOf(root: string, file: string, caseClass: CaseClass): Case[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const loaded = loadScenario(text, file);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_DIGITS);
  return loaded.variants.map((variant) => ({
    name: variant.name === '' ? variant.scenario.name : `${variant.scenario.name}: ${variant.name}`,
    class: caseClass,
    kind: kindOf(variant.scenario),
    loaded: { ...loaded, variants: [variant] },
    digest,
    scenario: variant.scenario,
  }));
}

export function kindOf({ repository }: Scenario): RepositoryKind {
  const { storage } = repository;
  if (storage.kind === 's3') return 's3';
  return storage.kind === 'local' && storage.durable ? 'local-durable' : 'local';
}

/** One of three, spread over the list, so that both classes and all kinds are among them. */
export const aThird = (cases: readonly Case[]): readonly Case[] => cases.filter((_, i) => i % 3 === 0);

/** Those with a name, or of a scenario, that was asked for; none: all. `unknown` are names that are nobody's. */
export function chosen(
  cases: readonly Case[],
  names: readonly string[],
): { readonly cases: readonly Case[]; readonly unknown: readonly string[] } {
  const matches = (name: string) => (one: Case) => one.name === name || one.scenario.name === name;
  return {
    cases: names.length === 0 ? cases : cases.filter((one) => names.some((name) => matches(name)(one))),
    unknown: names.filter((name) => !cases.some(matches(name))),
  };
}
