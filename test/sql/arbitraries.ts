import * as fc from 'fast-check';
import type { Name, Property, Scope, Statement, TableReference } from '../../src/sql/index.js';

const NOWHERE = { source: { name: '', text: '' }, span: { offset: 0, length: 0 } };

/** Bare words, keywords of all sorts, numbers, and text that only backquotes can hold. */
const nameText = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,12}$/),
  fc.stringMatching(/^\d{1,4}[a-z_]{0,3}$/),
  fc.constantFrom('backup', 'SNAPSHOT', 'to', 'From', 'on', 'exclude', 'PARTITION', 'partitions', 'as', 'in'),
  fc.constantFrom(
    'properties',
    'order',
    'table',
    'full',
    'type',
    'show',
    'cancel',
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

const control = <Kind extends 'cancel' | 'show-jobs'>(kind: Kind) =>
  fc
    .tuple(optionalDatabase, fc.constantFrom('backup' as const, 'restore' as const))
    .map(([database, of]) => Object.assign({ kind, job: of }, NOWHERE, database));

/** Any statement that may be written. Its spans mean nothing. */
export const anyStatement: fc.Arbitrary<Statement> = fc.oneof(
  { arbitrary: job('backup'), weight: 4 },
  { arbitrary: job('restore'), weight: 3 },
  { arbitrary: control('cancel'), weight: 1 },
  { arbitrary: control('show-jobs'), weight: 1 },
);

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
