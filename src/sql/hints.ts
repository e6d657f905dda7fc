import { tokenMatcher, type IToken, type TokenType } from 'chevrotain';
import { listOf } from '../base/text.js';
import { isBareWord, sample, sampleKeyword, type Failure } from './failure.js';
import { canFollow, expectedAfter, isComplete, type Expectation } from './parser.js';
import { backquote, shortened } from './quoting.js';
import { nearestKeyword } from './spelling.js';
import * as t from './tokens.js';
import { describeFound, isSynonym, roleOf } from './wording.js';

/** What was probably meant, as one sentence. The first that has an answer wins: the surest come first. */
export function hintFor(failure: Failure): string | undefined {
  for (const guess of [
    otherObjectStore,
    misspelt,
    misplacedClause,
    ifExists,
    emptyList,
    surplusComma,
    takenAsName,
    unquoted,
    badName,
    missingToken,
    strayCharacter,
    missingSemicolon,
    unknownStatement,
  ]) {
    const hint = guess(failure);
    if (hint !== undefined) return hint;
  }
  return undefined;
}

/** `TOO` where TO may stand. */
function misspelt({ prefix, found, next, expected }: Failure): string | undefined {
  if (!found || !isBareWord(found)) return undefined;
  const possible = expected.map(({ type }) => type.name).filter((name) => t.KEYWORDS.has(name));
  const meant = nearestKeyword(found.image, possible);
  if (meant === undefined) return undefined;
  // Any short word is near to a short keyword: then what comes after it has to fit as well.
  const isSure = found.image.length > 2 || (next && canFollow([...prefix, sampleKeyword(meant)], next));
  return isSure ? `did you mean ${meant}?` : undefined;
}

/** ON after PROPERTIES, EXCLUDE after ON, AS in a BACKUP, a second dot. */
function misplacedClause({ prefix, found }: Failure): string | undefined {
  if (!found) return undefined;
  const has = (type: TokenType) => prefix.some((token) => token.tokenType === type);
  const type = found.tokenType;
  const isJob = prefix[0]?.tokenType === t.Backup || prefix[0]?.tokenType === t.Restore;
  const inStatement = isJob && has(t.Snapshot) && isComplete(prefix);
  if (type === t.Properties && prefix[0]?.tokenType === t.Create && !has(t.Properties)) {
    return 'PROPERTIES goes last, after ON LOCATION "…"';
  }
  if (type === t.Like && prefix[0]?.tokenType === t.Show && isComplete(prefix)) {
    const column = has(t.Restore) ? 'Label' : 'SnapshotName';
    return has(t.Where) ? undefined : `write WHERE ${column} LIKE "…"`;
  }
  if (found.image.toUpperCase() === 'READONLY' && prefix[0]?.tokenType === t.Create) {
    return 'these are two words: READ ONLY';
  }
  if (type === t.On || type === t.Exclude) {
    if (!inStatement) return undefined;
    if (has(t.Properties)) return `${type.name} goes before PROPERTIES`;
    return 'a statement has one list of tables, either ON or EXCLUDE';
  }
  if (type === t.As && has(t.Snapshot)) {
    if (prefix[0]?.tokenType === t.Backup) return 'AS renames a table, which only RESTORE … ON does';
    if (has(t.Exclude)) return 'AS renames a table, and EXCLUDE leaves the table out';
  }
  return type === t.Dot ? SURPLUS_DOT[takenAs(prefix)?.rule ?? ''] : undefined;
}

/** What to say of a dot after a name, by what the name stands for. */
const SURPLUS_DOT: Readonly<Record<string, string>> = {
  target: 'a label takes one name before it, that of its database',
  repository: 'repositories belong to no database',
  database: 'the name of a database has one part only',
  table: 'tables are named without their database',
  qualifiedTable: 'a table takes one name before it, that of its database',
  label: 'labels belong to a repository, not to a database',
  propertyValue: 'a value that holds more than letters and digits needs quotes',
};

/** What the last token of `prefix` was taken as. */
function takenAs(prefix: readonly IToken[]): Expectation | undefined {
  const last = prefix.at(-1);
  return last && expectedAfter(prefix.slice(0, -1)).find(({ type }) => tokenMatcher(last, type));
}

/** `CREATE REPOSITORY IF NOT EXISTS r`, as other statements have it. */
function ifExists({ prefix, found }: Failure): string | undefined {
  if (found?.image.toUpperCase() !== 'IF') return undefined;
  const first = prefix[0]?.tokenType;
  if (first === t.Create) return 'as in Doris, there is no IF NOT EXISTS here: leave it out';
  return first === t.Drop ? 'as in Doris, there is no IF EXISTS here: leave it out' : undefined;
}

/** Stores that speak S3's protocol, under their own names. */
const LIKE_S3 = new Set(['OSS', 'COS', 'OBS', 'GCS', 'GS', 'MINIO', 'AWS', 'CEPH']);

function otherObjectStore({ found, expected }: Failure): string | undefined {
  if (!found || !expected.some(({ type }) => type === t.S3)) return undefined;
  const isLikeS3 = LIKE_S3.has(found.image.toUpperCase());
  return isLikeS3 ? 'write S3: "s3.endpoint" tells whose it is' : undefined;
}

const LIST_ITEMS: ReadonlyMap<TokenType, string> = new Map([
  [t.On, 'table, or leave out ON to take all tables'],
  [t.Exclude, 'table, or leave out EXCLUDE to take all tables'],
  [t.Partition, 'partition, or leave out PARTITION to take the whole table'],
  [t.Partitions, 'partition, or leave out PARTITIONS to take the whole table'],
  [t.Properties, 'property, or leave out PROPERTIES'],
]);

function emptyList({ prefix, found }: Failure): string | undefined {
  if (found?.tokenType !== t.CloseParenthesis || prefix.at(-1)?.tokenType !== t.OpenParenthesis)
    return undefined;
  const keyword = prefix.at(-2);
  const item = keyword && LIST_ITEMS.get(keyword.tokenType);
  return item === undefined ? undefined : `name at least one ${item}`;
}

function surplusComma({ prefix, found, next }: Failure): string | undefined {
  const before = prefix.at(-1);
  if (before?.tokenType === t.Comma && found?.tokenType === t.Comma)
    return 'one of the two commas is too many';
  if (before?.tokenType === t.Comma && found && canFollow(prefix.slice(0, -1), found)) {
    return `take out the ',' before ${describeFound(found).replace('found ', '')}`;
  }
  if (found?.tokenType === t.Comma && next && canFollow(prefix, next)) return "take out this ','";
  return undefined;
}

/** `TO EXCLUDE (t)`: EXCLUDE was taken as the repository's name, which only the parenthesis after it reveals. */
function takenAsName({ prefix, found }: Failure): string | undefined {
  const taken = prefix.at(-1);
  if (!taken || !found || !isBareWord(taken)) return undefined;
  const before = prefix.slice(0, -1);
  const asName = takenAs(prefix);
  if (asName?.type !== t.Name) return undefined;
  const upper = taken.image.toUpperCase();
  const keyword = [...t.KEYWORDS.keys()].find(
    (candidate) =>
      (upper === candidate || (upper.length > 2 && nearestKeyword(upper, [candidate]) !== undefined)) &&
      canFollow([...before, sample(t.Word), sampleKeyword(candidate)], found),
  );
  if (keyword === undefined) return undefined;
  const role = roleOf(asName.rule);
  if (keyword === upper)
    return `${taken.image} was taken as ${role}; if that is missing, write it before ${taken.image}`;
  return `${taken.image} was taken as ${role}; did you mean ${keyword}, and left out ${role}?`;
}

/** A word where only a text can stand. */
function unquoted({ found, expected }: Failure): string | undefined {
  const wantsText =
    expected.some(({ type }) => type === t.Text) && !expected.some(({ type }) => type === t.Name);
  if (!found || !wantsText) return undefined;
  if (expected.some(({ rule }) => rule === 'location')) {
    return 'write the location in quotes, as in "s3://bucket/prefix" or "file:///directory"';
  }
  const isWord = isBareWord(found) || found.tokenType === t.Backquoted;
  return isWord ? `write it in quotes: "${shortened(String(found.payload ?? found.image))}"` : undefined;
}

/** Something that would be a name if it were in backquotes. */
function badName({ prefix, found, next, expected }: Failure): string | undefined {
  if (!found) return undefined;
  if (found.image === '-' && prefix.length > 0) return undefined;
  const rule = expected.find(({ type }) => type === t.Name)?.rule;
  if (rule === undefined) return undefined;
  if (rule === 'propertyValue' || rule === 'propertyKey') {
    return found.tokenType === t.ReservedWord ? `write it in quotes: "${found.image}"` : undefined;
  }
  if (tokenMatcher(found, t.Text))
    return `names take backquotes: ${backquote(shortened(String(found.payload)))}`;
  if (found.tokenType === t.NumberWord)
    return `a name that is a number needs backquotes: ${backquote(shortened(found.image))}`;
  const isReserved = found.tokenType === t.ReservedWord || t.KEYWORDS.has(found.tokenType.name);
  if (!isReserved) return undefined;
  // `SNAPSHOT TO repo`: the word is right where it is, and the name before it is missing.
  if (
    canFollow([...prefix, sample(t.Word)], found) &&
    !(next && canFollow([...prefix, sample(t.Word)], next))
  ) {
    return `${roleOf(rule)} is missing before ${found.image}`;
  }
  return `${found.image.toUpperCase()} is a reserved word; as a name it needs backquotes: ${backquote(shortened(found.image))}`;
}

/** What, put before the wrong token or the end, would make it right. */
function missingToken({ prefix, found, next, expected }: Failure): string | undefined {
  const types = expected
    .filter((expectation) => isFixed(expectation.type) && !isSynonym(expectation))
    .map(({ type }) => type);
  const fits = (type: TokenType) => {
    const mended = [...prefix, sample(type)];
    return found ? canFollow(mended, found) : isComplete(mended);
  };
  const fitsNext = (type: TokenType) => !found || !next || canFollow([...prefix, sample(type), found], next);
  const missing = preferred(
    preferred(types.filter(fits), fitsNext),
    (type) => SYMBOLS.has(type) || type === t.As,
  );
  if (missing.length === 0) return undefined;
  const names = listOf([...new Set(missing.map((type) => SYMBOLS.get(type) ?? type.name))]);
  return `is ${names} missing ${found ? `before ${describeFound(found).replace('found ', '')}` : 'at the end'}?`;
}

/** The items that pass, or all where none does. */
function preferred<T>(items: readonly T[], isGood: (item: T) => boolean): readonly T[] {
  const good = items.filter(isGood);
  return good.length > 0 ? good : items;
}

/** Whether a type of token has one text only. */
const isFixed = (type: TokenType): boolean => SYMBOLS.has(type) || t.KEYWORDS.has(type.name);

const SYMBOLS: ReadonlyMap<TokenType, string> = new Map([
  [t.OpenParenthesis, "'('"],
  [t.CloseParenthesis, "')'"],
  [t.Comma, "','"],
  [t.Equals, "'='"],
]);

const STRAY: Readonly<Record<string, string>> = {
  '#': 'a comment begins with -- or stands between /* and */',
  '/': 'a comment begins with -- or stands between /* and */',
  '[': "brackets in the statement's reference mark what may be left out; do not write them",
  ']': "brackets in the statement's reference mark what may be left out; do not write them",
  '<': "angle brackets in the statement's reference mark what to fill in; do not write them",
  '>': "angle brackets in the statement's reference mark what to fill in; do not write them",
  ':': "a property's name and value are joined by '='",
  '*': 'leave out ON and EXCLUDE to take all tables',
  '-': 'a value that holds more than letters and digits needs quotes',
};

const strayCharacter = ({ found }: Failure): string | undefined =>
  found?.tokenType === t.Stray ? STRAY[found.image] : undefined;

function missingSemicolon({ prefix, found }: Failure): string | undefined {
  const begins = found !== undefined && canFollow([], found);
  return begins && isComplete(prefix) ? `is ';' missing before ${found.image}?` : undefined;
}

/** What is close to these statements, and none of them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'ALTER REPOSITORY': 'drop the repository and create it anew: what it holds stays',
  'SHOW SNAPSHOTS': 'SHOW SNAPSHOT ON repository lists what a repository holds',
  'SHOW JOBS': 'SHOW BACKUP and SHOW RESTORE list jobs',
  'SHOW NODES': 'the nodes are SHOW BACKENDS',
};

function unknownStatement({ prefix, found, next }: Failure): string | undefined {
  if (!found || prefix.length > 1) return undefined;
  const word = found.image.toUpperCase();
  const first = prefix[0];
  const elsewhere =
    ELSEWHERE[first ? `${first.image.toUpperCase()} ${word}` : `${word} ${next?.image.toUpperCase() ?? ''}`];
  if (elsewhere !== undefined) return elsewhere;
  const isJob = first?.tokenType === t.Backup || first?.tokenType === t.Restore;
  if (['DATABASE', 'TABLE', 'ALL'].includes(word) && isJob) {
    return 'without ON and EXCLUDE the whole database is taken; ON (table, …) takes tables';
  }
  if (
    ['DATABASE', 'TABLE'].includes(word) &&
    (first?.tokenType === t.Create || first?.tokenType === t.Drop)
  ) {
    return "databases come from the drill's scenario, tables from there or from a RESTORE";
  }
  return undefined;
}
