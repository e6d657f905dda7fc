import { createToken, Lexer, type CustomPatternMatcherReturn, type TokenType } from 'chevrotain';
import { endOfQuoted, unquoteName, unquoteString } from './quoting.js';

/** What may stand where a name is wanted: a plain word, a name in backquotes, a keyword that is not reserved. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA });

/** Made from words after lexing (src/sql/lexer.ts), so that the lexer itself stays small. */
const keyword = (word: string, categories: TokenType[] = []) =>
  createToken({ name: word, pattern: Lexer.NA, categories });

export const Backup = keyword('BACKUP', [Name]);
export const Restore = keyword('RESTORE', [Name]);
export const Snapshot = keyword('SNAPSHOT', [Name]);
export const Exclude = keyword('EXCLUDE', [Name]);
export const Properties = keyword('PROPERTIES', [Name]);
export const Partitions = keyword('PARTITIONS', [Name]);
export const Backends = keyword('BACKENDS', [Name]);
export const Local = keyword('LOCAL', [Name]);
export const Location = keyword('LOCATION', [Name]);
export const Only = keyword('ONLY', [Name]);
export const Repositories = keyword('REPOSITORIES', [Name]);
export const Repository = keyword('REPOSITORY', [Name]);
export const S3 = keyword('S3', [Name]);
export const Tables = keyword('TABLES', [Name]);
export const Alter = keyword('ALTER');
export const Cancel = keyword('CANCEL');
export const Show = keyword('SHOW');
export const To = keyword('TO');
export const From = keyword('FROM');
export const In = keyword('IN');
export const On = keyword('ON');
export const As = keyword('AS');
export const Partition = keyword('PARTITION');
export const And = keyword('AND');
export const Create = keyword('CREATE');
export const Databases = keyword('DATABASES');
export const Drop = keyword('DROP');
export const For = keyword('FOR');
export const Like = keyword('LIKE');
export const Read = keyword('READ');
export const Tablets = keyword('TABLETS');
export const Use = keyword('USE');
export const Where = keyword('WHERE');
export const With = keyword('WITH');

/** The keywords of the statements, by their text in upper case. */
export const KEYWORDS: ReadonlyMap<string, TokenType> = new Map(
  [
    Backup,
    Restore,
    Alter,
    Cancel,
    Show,
    Snapshot,
    To,
    From,
    In,
    On,
    Exclude,
    Partition,
    Partitions,
    As,
    Properties,
    Create,
    Drop,
    Read,
    Only,
    Repository,
    Repositories,
    With,
    S3,
    Local,
    Location,
    For,
    Where,
    Like,
    And,
    Use,
    Databases,
    Tables,
    Backends,
    Tablets,
  ].map((type) => [type.name, type]),
);

/** Any character above ASCII belongs to a word here, as in Doris; those that may not are found when it is classified. */
export const Word = createToken({
  name: 'Word',
  pattern: /[A-Za-z0-9_$\u0080-\uFFFF]+/,
  categories: [Name],
});
/** A word that no bare name may be. */
export const ReservedWord = createToken({ name: 'ReservedWord', pattern: Lexer.NA });
/** Whole numbers; negative numbers and fractions mean nothing in these statements. */
export const NumberWord = createToken({ name: 'NumberWord', pattern: Lexer.NA });
/** A word with a character that may not stand in a bare name. */
export const BadWord = createToken({ name: 'BadWord', pattern: Lexer.NA });

/** Scans by hand: a regular expression could run out of stack on a long string. */
function quoted(quote: string, unquote: (image: string) => string) {
  return (text: string, offset: number): CustomPatternMatcherReturn | null => {
    if (text[offset] !== quote) return null;
    const end = endOfQuoted(text, offset, quote !== '`');
    if (end < 0) return null;
    const image = text.slice(offset, end);
    const match: CustomPatternMatcherReturn = [image];
    match.payload = unquote(image);
    return match;
  };
}

const custom = { line_breaks: true };
export const Text = createToken({ name: 'Text', pattern: Lexer.NA });
const DoubleQuoted = createToken({
  name: 'DoubleQuoted',
  pattern: quoted('"', unquoteString),
  start_chars_hint: ['"'],
  categories: [Text],
  ...custom,
});
const SingleQuoted = createToken({
  name: 'SingleQuoted',
  pattern: quoted("'", unquoteString),
  start_chars_hint: ["'"],
  categories: [Text],
  ...custom,
});
export const Backquoted = createToken({
  name: 'Backquoted',
  pattern: quoted('`', unquoteName),
  start_chars_hint: ['`'],
  categories: [Name],
  ...custom,
});
/** Two backquotes with nothing between them. */
export const EmptyName = createToken({ name: 'EmptyName', pattern: Lexer.NA });

export const OpenParenthesis = createToken({ name: 'OpenParenthesis', pattern: '(' });
export const CloseParenthesis = createToken({ name: 'CloseParenthesis', pattern: ')' });
export const Comma = createToken({ name: 'Comma', pattern: ',' });
export const Dot = createToken({ name: 'Dot', pattern: '.' });
export const Equals = createToken({ name: 'Equals', pattern: '=' });
export const Semicolon = createToken({ name: 'Semicolon', pattern: ';' });

const SKIPPED = { group: Lexer.SKIPPED };
const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\n\f\v]+/, ...SKIPPED });
const LineComment = createToken({ name: 'LineComment', pattern: /--[^\n]*/, ...SKIPPED });
const BlockComment = createToken({
  name: 'BlockComment',
  pattern: (text: string, offset: number): CustomPatternMatcherReturn | null => {
    if (!text.startsWith('/*', offset)) return null;
    const end = text.indexOf('*/', offset + 2);
    return end < 0 ? null : [text.slice(offset, end + 2)];
  },
  start_chars_hint: ['/'],
  ...custom,
  ...SKIPPED,
});

// What cannot be lexed is a token too, which no rule takes: so all errors come from one place, in the order of the text.
export const OpenComment = createToken({ name: 'OpenComment', pattern: /\/\*[\s\S]*/, ...custom });
export const OpenText = createToken({ name: 'OpenText', pattern: /["'][\s\S]*/, ...custom });
export const OpenName = createToken({ name: 'OpenName', pattern: /`[\s\S]*/, ...custom });
// All of ASCII that nothing before it takes; what is above ASCII is a word.
// oxlint-disable-next-line no-control-regex -- control characters are among it
export const Stray = createToken({ name: 'Stray', pattern: /[\u0000-\u007F]/, ...custom });

/** In the order in which the lexer tries them. */
export const LEXED: TokenType[] = [
  WhiteSpace,
  LineComment,
  BlockComment,
  OpenComment,
  Word,
  DoubleQuoted,
  SingleQuoted,
  OpenText,
  Backquoted,
  OpenName,
  OpenParenthesis,
  CloseParenthesis,
  Comma,
  Dot,
  Equals,
  Semicolon,
  Stray,
];

/** All that the parser may meet. */
export const VOCABULARY: TokenType[] = [
  Name,
  Text,
  ReservedWord,
  NumberWord,
  BadWord,
  EmptyName,
  ...KEYWORDS.values(),
  ...LEXED,
];
