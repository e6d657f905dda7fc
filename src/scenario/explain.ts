import type * as z from 'zod';
import { listOf, nearest } from '../base/text.js';
import { SCENARIO, type DocumentKind } from './document-kind.js';
import { dotted, type Path } from './places.js';

/** Something wrong at a path of a file; `at` says whether the key or the value is to be shown. */
export interface Complaint {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string | undefined;
  /** Of an unknown key: the one that was probably meant. */
  readonly meant?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** What zod found wrong with `raw`, in the words of this project. */
export function explainIssues(issues: readonly Issue[], raw: unknown, kind = SCENARIO): Complaint[] {
  const complaints = withoutEchoes(issues).flatMap((issue) => explainIssue(issue, [], raw, kind));
  const renamed = new Set(
    complaints.flatMap(({ path, meant }) =>
      meant === undefined ? [] : [dotted([...path.slice(0, -1), meant])],
    ),
  );
  // That `name` is missing is no news beside `nme`.
  return complaints.filter(({ path }) => !renamed.has(dotted(path)) || valueAt(raw, path) !== undefined);
}

function explainIssue(issue: Issue, base: Path, raw: unknown, kind: DocumentKind): Complaint[] {
  const path = [...base, ...issue.path] as Path;
  const value = valueAt(raw, path);
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? kind.rootKeys : issue.message.split(' ');
    return issue.keys.map((key) => unknownKey(path, key, known, kind));
  }
  const branch = issue.code === 'invalid_union' ? branchMeant(issue) : undefined;
  if (branch && value !== undefined)
    return withoutEchoes(branch).flatMap((inner) => explainIssue(inner, path, raw, kind));
  const subject = path.length === 0 ? `the ${kind.noun}` : dotted(path);
  if (value === undefined) {
    const needed = issue.code === 'invalid_union' ? `: it needs ${issue.message}` : '';
    return [{ path, at: 'value', message: `${subject} is missing${needed}` }];
  }
  const { text, hint } = wording(issue, value);
  return [{ path, at: 'value', message: `${subject}${text.startsWith(':') ? '' : ' '}${text}`, hint }];
}

/** A map with a misspelt key mostly lacks the right one too: what checks of the whole map then say is no news. */
function withoutEchoes(issues: readonly Issue[]): readonly Issue[] {
  const misspelt = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues.filter(({ code, path }) => code !== 'custom' || !misspelt.has(path.join('.')));
}

/** Of the branches of a union, the one whose kind of value was written, if there is one. */
function branchMeant(issue: Issue & { code: 'invalid_union' }): readonly Issue[] | undefined {
  return issue.errors.find((branch) => !branch.every(isOfAnotherKind));
}

function isOfAnotherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.every(isOfAnotherKind));
  return (issue.code === 'invalid_type' && issue.expected !== 'int') || issue.code === 'invalid_value';
}

function wording(issue: Issue, value: unknown): { text: string; hint?: string | undefined } {
  switch (issue.code) {
    case 'invalid_union':
      return {
        text: `should be ${issue.message}, not ${describe(value)}`,
        hint: quotesHint(value, 'number'),
      };
    case 'invalid_type':
      return {
        text: `should be ${EXPECTED[issue.expected] ?? issue.expected}, not ${describe(value)}`,
        hint: quotesHint(value, issue.expected),
      };
    case 'invalid_value': {
      const values = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, values) : undefined;
      return {
        text: `should be ${listOf(values)}, not ${describe(value)}`,
        hint: meant && `did you mean ${meant}?`,
      };
    }
    case 'too_small':
      return { text: bound('at least', 'more than', issue.minimum, issue.inclusive, issue.origin) };
    case 'too_big':
      return { text: bound('at most', 'less than', issue.maximum, issue.inclusive, issue.origin) };
    case 'custom':
      // Readers of units name what they read ("10 what?"); the rest are predicates ("must be …").
      return { text: /^(must|needs|can be)\b/.test(issue.message) ? issue.message : `: ${issue.message}` };
    default:
      return { text: issue.message };
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: "a map of keys ('key: value')",
  record: "a map of keys ('key: value')",
  array: "a list ('- item' lines, or [a, b])",
  null: 'left without a value',
};

function bound(
  closed: string,
  open: string,
  limit: number | bigint,
  inclusive: boolean | undefined,
  origin: string,
): string {
  const shown = limit.toLocaleString('en-US');
  if (origin === 'array') return `must have ${closed} ${shown} ${Number(limit) === 1 ? 'item' : 'items'}`;
  if (origin === 'string')
    return limit === 1 ? 'must not be empty' : `must have ${closed} ${shown} characters`;
  return `must be ${inclusive === false ? open : closed} ${shown}`;
}

function quotesHint(value: unknown, expected: string): string | undefined {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `in quotes it is a text: '${value}'`;
  }
  if (
    (expected === 'number' || expected === 'int') &&
    typeof value === 'string' &&
    /^\d[\d_,]*$/.test(value)
  ) {
    return `without quotes, commas and underscores it is a number: ${value.replace(/[_,]/g, '')}`;
  }
  if (expected === 'array' && value !== null && typeof value === 'object') return "begin each item with '- '";
  return undefined;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
}

function unknownKey(parent: Path, key: string, known: readonly string[], kind: DocumentKind): Complaint {
  const meant = nearest(key, known);
  const homes = meant === undefined ? homesOf(key, kind) : [];
  const hint =
    meant !== undefined
      ? `did you mean ${meant}?`
      : homes.length > 0
        ? `it belongs in ${listOf(homes)}`
        : `the keys here are ${listOf(known, 'and', known.length)}`;
  const where = parent.length === 0 ? `a ${kind.noun}` : dotted(parent);
  return { path: [...parent, key], at: 'key', message: `${where} has no key '${key}'`, hint, meant };
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The maps that do have this key: it may only be indented wrongly. */
function homesOf(key: string, kind: DocumentKind): readonly string[] {
  const known = homes.get(kind) ?? allHomes(kind);
  homes.set(kind, known);
  return known.get(key) ?? [];
}

const homes = new WeakMap<DocumentKind, ReadonlyMap<string, readonly string[]>>();

/** For each key, the maps that have it. */
function allHomes({ jsonSchema }: DocumentKind): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const search = (schema: JsonSchema, path: Path): void => {
    for (const branch of schema.anyOf ?? []) search(branch, path);
    if (schema.items) search(schema.items, path);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const home = path.length === 0 ? 'the top level' : dotted(path);
      found.set(name, (found.get(name) ?? new Set()).add(home));
      search(property, [...path, name]);
    }
  };
  search(jsonSchema(), []);
  return new Map([...found].map(([key, own]) => [key, [...own]]));
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const segment of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
