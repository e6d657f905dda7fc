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
};

/** How a clause is shown where several things may stand. */
const CLAUSES: ReadonlyMap<TokenType, string> = new Map([
  [t.On, 'ON (table, …)'],
  [t.Exclude, 'EXCLUDE (table, …)'],
  [t.Properties, 'PROPERTIES ("name" = "value", …)'],
  [t.Partition, 'PARTITION (partition, …)'],
  [t.As, 'AS new_name'],
  [t.From, 'FROM database'],
]);

const SYMBOLS: ReadonlyMap<TokenType, string> = new Map([
  [t.OpenParenthesis, "'('"],
  [t.CloseParenthesis, "')'"],
  [t.Comma, "','"],
  [t.Dot, "'.'"],
  [t.Equals, "'='"],
]);

/** What has to follow a keyword or symbol, for the case that it alone can stand there. */
const FOLLOWED_BY: ReadonlyMap<TokenType, string> = new Map([
  [t.Snapshot, "the snapshot's label"],
  [t.To, "the repository's name"],
  [t.From, "the repository's name"],
  [t.Equals, "the property's value"],
]);

export const roleOf = (rule: string): string => ROLES[rule] ?? 'a name';

/** `expected TO, followed by the repository's name`, `expected PARTITION (partition, …), ',' or ')'`. */
export function describeExpected(expected: readonly Expectation[], mayEnd: boolean): string {
  // Synonyms, and the dot after what may be a whole label, would only lengthen the list.
  const worthNaming = expected.filter(({ type }) => ![t.Partitions, t.In, t.Dot].includes(type));
  const [only] = worthNaming;
  if (only && worthNaming.length === 1 && !mayEnd) {
    const following = LISTS[only.rule] ?? FOLLOWED_BY.get(only.type);
    return following && !isName(only.type) ? `${labelOf(only)}, followed by ${following}` : labelOf(only);
  }
  const items = worthNaming.map(shortLabelOf);
  return listOf([...new Set(items), ...(mayEnd ? ['the end of the statement'] : [])]);
}

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
  return CLAUSES.get(expectation.type) ?? labelOf(expectation);
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
