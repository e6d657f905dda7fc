import type { IToken, TokenType } from 'chevrotain';
import { listOf } from '../base/text.js';
import type { Expectation } from './parser.js';
import { shortened } from './quoting.js';
import * as t from './tokens.js';

/** What a name stands for, by the rule of the grammar that asks for it. */
const ROLES: Readonly<Record<string, string>> = {
  target: "the snapshot's label",
  repository: "the repository's name",
  database: "the database's name",
  table: "a table's name",
  alias: "the table's new name",
  partition: "a partition's name",
  propertyKey: "a property's name",
  propertyValue: "the property's value",
  qualifiedTable: "the table's name",
  label: "the snapshot's label",
  jobColumn: 'SnapshotName or Label',
  snapshotColumn: 'SNAPSHOT or TIMESTAMP',
  text: 'a text in quotes',
  location: 'the location in quotes',
};

/** How a clause is shown where several things may stand; by the rule that asks for it where that makes a difference. */
const CLAUSES: Readonly<Record<string, string>> = {
  ON: 'ON (table, …)',
  EXCLUDE: 'EXCLUDE (table, …)',
  PROPERTIES: 'PROPERTIES ("name" = "value", …)',
  PARTITION: 'PARTITION (partition, …)',
  AS: 'AS new_name',
  FROM: 'FROM database',
  'showJobs WHERE': 'WHERE SnapshotName = "label"',
  'showSnapshots WHERE': 'WHERE SNAPSHOT = "label"',
  'showSnapshots AND': 'AND TIMESTAMP = "time"',
  'like LIKE': 'LIKE "pattern"',
  'createRepository READ': 'READ ONLY REPOSITORY',
  'showCreateRepository CREATE': 'CREATE REPOSITORY',
  'dropSnapshot ON': 'ON',
};

const SYMBOLS: ReadonlyMap<TokenType, string> = new Map([
  [t.OpenParenthesis, "'('"],
  [t.CloseParenthesis, "')'"],
  [t.Comma, "','"],
  [t.Dot, "'.'"],
  [t.Equals, "'='"],
]);

/** What has to follow a keyword or symbol, for the case that it alone can stand there. */
const FOLLOWED_BY: Readonly<Record<string, string>> = {
  SNAPSHOT: "the snapshot's label",
  TO: "the repository's name",
  FROM: "the repository's name",
  'showPartitions FROM': "the table's name",
  'showTablets FROM': "the table's name",
  'createRepository ON': 'LOCATION',
  ON: "the repository's name",
  ONLY: 'REPOSITORY',
  REPOSITORY: "the repository's name",
  WITH: 'S3 or LOCAL',
  LOCATION: 'the location in quotes',
  'property Equals': "the property's value",
  Equals: 'a text in quotes',
};

/** What a table says of an expectation: of its type in its rule, else of its type. */
const of = (table: Readonly<Record<string, string>>, { type, rule }: Expectation): string | undefined =>
  table[`${rule} ${type.name}`] ?? table[type.name];

export const roleOf = (rule: string): string => ROLES[rule] ?? 'a name';

/** `expected TO, followed by the repository's name`, `expected PARTITION (partition, …), ',' or ')'`. */
export function describeExpected(expected: readonly Expectation[], mayEnd: boolean): string {
  // Synonyms, and the dot after what may be a whole label, would only lengthen the list.
  const worthNaming = expected.filter((expectation) => !isSynonym(expectation));
  const [only] = worthNaming;
  if (only && worthNaming.length === 1 && !mayEnd) {
    const following = LISTS[only.rule] ?? of(FOLLOWED_BY, only);
    return following && !isName(only.type) ? `${labelOf(only)}, followed by ${following}` : labelOf(only);
  }
  const items = worthNaming.map(shortLabelOf);
  return listOf([...new Set(items), ...(mayEnd ? ['the end of the statement'] : [])]);
}

/** Whether there is a more usual way to write the same. */
export const isSynonym = ({ type, rule }: Expectation): boolean =>
  [t.In, t.Dot, t.For].includes(type) ||
  (type === t.Partitions && rule === 'ofPartitions') ||
  (type === t.From && rule === 'dropSnapshot');

/** What an opening parenthesis begins, by rule. */
const LISTS: Readonly<Record<string, string>> = {
  tables: 'a list of tables',
  renamedTables: 'a list of tables',
  partitions: 'a list of partitions',
  properties: 'a list of properties',
};

function labelOf({ type, rule }: Expectation): string {
  return SYMBOLS.get(type) ?? (isName(type) ? roleOf(rule) : type.name);
}

function shortLabelOf(expectation: Expectation): string {
  return of(CLAUSES, expectation) ?? labelOf(expectation);
}

/** The classes that stand for any name or value. */
const isName = (type: TokenType): boolean => [t.Name, t.Text, t.NumberWord].includes(type);

/** `found TOO`, `found the string "full"`, `the statement ends here`. */
export function describeFound(token: IToken | undefined): string {
  if (!token) return 'the statement ends here';
  const shown = shortened(token.image).replace(/\s+/g, ' ');
  if (/^["']/.test(shown)) return `found the string ${shown}`;
  if (token.tokenType === t.NumberWord) return `found the number ${shown}`;
  if (token.tokenType === t.ReservedWord) return `found the reserved word ${shown}`;
  return `found ${/^[\w$`]|[^ -~]/.test(shown) ? shown : `'${shown}'`}`;
}
