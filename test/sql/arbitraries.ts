import * as fc from 'fast-check';
import type { Filter, Name, Property, Scope, Statement, TableReference } from '../../src/sql/index.js';
import { HIDDEN_VALUE, isOpenKey, isOpenValue, USER_INFO } from '../../src/sql/secrets.js';

const NOWHERE = { source: { name: '', text: '' }, span: { offset: 0, length: 0 } };

/** Bare words, keywords of all sorts, numbers, and text that only backquotes can hold. */
const nameText = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,12}$/),
  fc.stringMatching(/^\d{1,4}[a-z_]{0,3}$/),
  fc.constantFrom(
    'backup',
    'SNAPSHOT',
    'to',
    'From',
    'on',
    'exclude',
    'PARTITION',
    'partitions',
    'as',
    'in',
    'tables',
    'location',
    'Repository',
    'S3',
    'LOCAL',
    'only',
    'timestamp',
    'backends',
    'like',
    'where',
    'use',
    'databases',
    'create',
    'with',
  ),
  fc.constantFrom(
    'properties',
    'order',
    'table',
    'full',
    'type',
    'show',
    'cancel',
    'alter',
    'Restore',
    '10L',
    '1e5',
    '007',
  ),
  fc.constantFrom(
    '表',
    'größe',
    'данные_1',
    'naïve',
    'a`b',
    '``',
    'a b',
    'my-repo',
    '-- x',
    '/* y */',
    '“q”',
    '😀',
  ),
  fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
);

const name: fc.Arbitrary<Name> = nameText.map((text) => ({ text, span: NOWHERE.span }));
const valueText = fc.oneof(
  fc.string({ maxLength: 10, unit: 'binary' }),
  fc.stringMatching(/^[\\"'`%_\n\r\t\0bnrtZ]{0,8}$/),
);
const value: fc.Arbitrary<Name> = valueText.map((text) => ({ text, span: NOWHERE.span }));
const property: fc.Arbitrary<Property> = fc.record({ key: value, value });
const properties = fc.array(property, { maxLength: 4 });

const distinctNames = fc.uniqueArray(name, { minLength: 1, maxLength: 5, selector: ({ text }) => text });

const tables = (canRename: boolean): fc.Arbitrary<readonly TableReference[]> =>
  fc.uniqueArray(
    fc.record(
      {
        table: name,
        partitions: distinctNames,
        ...(canRename ? { alias: name.map(({ text, span }) => ({ text: `new ${text}`, span })) } : {}),
      },
      { requiredKeys: ['table'] },
    ),
    {
      minLength: 1,
      maxLength: 5,
      // Both names of a table count: neither a table nor its new name may be there twice.
      comparator: (a, b) => a.table.text === b.table.text || target(a) === target(b),
    },
  );

const target = ({ table, alias }: TableReference): string => (alias ?? table).text;

const scope = (canRename: boolean): fc.Arbitrary<Scope> =>
  fc.oneof(
    fc.constant<Scope>({ kind: 'all' }),
    fc.record({ kind: fc.constant('on' as const), tables: tables(canRename) }),
    fc.record({ kind: fc.constant('exclude' as const), tables: tables(false) }),
  );

const optionalDatabase = fc.record({ database: name }, { requiredKeys: [] });

const job = <Kind extends 'backup' | 'restore'>(kind: Kind) =>
  fc
    .tuple(optionalDatabase, name, name, scope(kind === 'restore'), properties)
    .map(([database, label, repository, selected, given]) =>
      Object.assign({ kind, label, repository, scope: selected, properties: given }, NOWHERE, database),
    );

const either = fc.constantFrom('backup' as const, 'restore' as const);
const like = fc.record({ by: fc.constant('like' as const), value });
const filter: fc.Arbitrary<Filter> = fc.record({
  by: fc.constantFrom('equals' as const, 'like' as const),
  value,
});

/** Of a statement of one kind, with the parts that it may have. */
const statement = <Needed extends object, Optional extends object>(
  kind: Statement['kind'],
  needed: { readonly [K in keyof Needed]: fc.Arbitrary<Needed[K]> },
  optional: { readonly [K in keyof Optional]: fc.Arbitrary<Optional[K]> },
): fc.Arbitrary<Statement> =>
  fc
    .record({ ...needed, ...optional }, { requiredKeys: Object.keys(needed) } as never)
    .map((parts) => Object.assign({ kind }, NOWHERE, parts) as unknown as Statement);

/** Keys of properties of all sorts: open, secret, unknown. */
const repositoryKey = fc.oneof(
  fc.constantFrom('s3.endpoint', 'AWS_REGION', 'use_path_style', 'durable'),
  fc.constantFrom('s3.access_key', 'AWS_SECRET_KEY', 's3.session_token', 'my.password'),
  valueText,
);
const repositoryValue = fc.oneof(
  fc.constantFrom('http://127.0.0.1:9000', 'eu-west-3', 'TRUE', 's3.region'),
  valueText,
);
const repositoryProperty: fc.Arbitrary<Property> = fc
  .tuple(repositoryKey, repositoryValue)
  .map(([key, text]) => ({ key: { text: key, span: NOWHERE.span }, value: { text, span: NOWHERE.span } }));

const createRepository = statement(
  'create-repository',
  {
    repository: name,
    readOnly: fc.boolean(),
    storage: fc.constantFrom('s3', 'local'),
    location: value,
    properties: fc.array(repositoryProperty, { maxLength: 4 }),
  },
  {},
);

/** What the shorter statements are made of. */
const SHORTER: readonly fc.Arbitrary<Statement>[] = [
  statement('cancel', { job: either }, { database: name }),
  statement(
    'alter-job',
    { job: either, properties: fc.array(property, { minLength: 1, maxLength: 4 }) },
    { database: name },
  ),
  statement('show-jobs', { job: either }, { database: name, filter }),
  statement('drop-repository', { repository: name }, {}),
  statement('drop-snapshot', { label: name, repository: name }, {}),
  statement('show-repositories', {}, {}),
  statement('show-create-repository', { repository: name }, {}),
  statement('show-snapshots', { repository: name }, {}),
  statement('show-snapshots', { repository: name, label: value }, { timestamp: value }),
  statement('show-databases', {}, { filter: like }),
  statement('show-tables', {}, { database: name, filter: like }),
  statement('show-backends', {}, {}),
  statement('show-partitions', { table: name }, { database: name }),
  statement(
    'show-tablets',
    { table: name },
    { database: name, partitions: fc.array(name, { minLength: 1, maxLength: 3 }) },
  ),
  statement('use', { database: name }, {}),
];

/** Any statement that may be written. Its spans mean nothing. */
export const anyStatement: fc.Arbitrary<Statement> = fc.oneof(
  { arbitrary: job('backup'), weight: 4 },
  { arbitrary: job('restore'), weight: 3 },
  { arbitrary: createRepository, weight: 3 },
  { arbitrary: fc.oneof(...SHORTER), weight: 6 },
);

/** A statement as it is printed: with what Doris, too, shows in the place of secrets. */
export function asPrinted(any: Statement): Statement {
  if (!('properties' in any)) return any;
  const printed = any.properties.map((given) => ({
    key: isOpenKey(any.kind, given) ? given.key : hidden(given.key),
    value: isOpenValue(any.kind, given) ? given.value : hidden(given.value),
  }));
  if (any.kind !== 'create-repository') return { ...any, properties: printed };
  const location = { ...any.location, text: any.location.text.replaceAll(USER_INFO, HIDDEN_VALUE) };
  return { ...any, location, properties: printed };
}

const hidden = (secret: Name): Name => ({ ...secret, text: HIDDEN_VALUE });

/** Pieces that statements are made of, and some that belong nowhere. */
export const PIECES: readonly string[] = [
  'BACKUP',
  'RESTORE',
  'SNAPSHOT',
  'TO',
  'FROM',
  'ON',
  'EXCLUDE',
  'PARTITION',
  'PARTITIONS',
  'PROPERTIES',
  'SHOW',
  'CANCEL',
  'AS',
  'IN',
  'CREATE',
  'READ',
  'ONLY',
  'REPOSITORY',
  'REPOSITORIES',
  'WITH',
  'S3',
  'LOCAL',
  'HDFS',
  'LOCATION',
  'DROP',
  'WHERE',
  'LIKE',
  'AND',
  'FOR',
  'TABLES',
  'TABLETS',
  'DATABASES',
  'USE',
  '"s3.secret_key"',
  '"s3://b"',
  'db',
  'label',
  'repo',
  'tbl',
  'p1',
  'EXCLUD',
  'TOO',
  'SELECT',
  'order',
  '12',
  '(',
  ')',
  ',',
  '.',
  '=',
  ';',
  '"type"',
  '"full"',
  "'x'",
  '`a b`',
  '``',
  '-',
  '#',
  '[',
  '，',
  '\u00A0',
  '\0',
  '"',
  "'",
  '`',
  '/*',
  '*/',
  '--',
  '\n',
  '\t',
  '\\',
  '\uD800',
];
