import test from 'ava';
import * as fc from 'fast-check';
import { DrillError, type SerializedError } from '../../src/base/errors.js';
import {
  bindBackup,
  selectedShards,
  type BackupSelection,
  type BindOptions,
} from '../../src/catalog/index.js';
import { backupStatement, sampleCatalog, shop, tableShapes, type TableShape } from './sample.js';

const SKIP: BindOptions = { unsupportedTables: 'skip' };
const REFUSE: BindOptions = { unsupportedTables: 'refuse' };

const bind = (text: string, options = SKIP): BackupSelection =>
  bindBackup(shop().catalog, backupStatement(text), options);

/** What a selection holds, by names: `orders(p1,p2)`. */
const named = ({ tables, views, skippedTables }: BackupSelection) => ({
  tables: tables.map(({ table, partitions }) => `${table.name}(${partitions.map((p) => p.name).join()})`),
  views: views.map((view) => view.name),
  skippedTables,
});

test('a statement without ON and EXCLUDE selects every table that can be backed up, and names the others', (t) => {
  t.deepEqual(named(bind('BACKUP SNAPSHOT shop.l TO r')), {
    tables: ['orders(p1,p2)', 'customers(p1)', 'fresh()'],
    views: ['best_sellers'],
    skippedTables: ['legacy (MYSQL)', 'search (ELASTICSEARCH)'],
  });
});

test('ON selects the tables and partitions named, in the order named, and skips nothing', (t) => {
  t.deepEqual(named(bind('BACKUP SNAPSHOT shop.l TO r ON (best_sellers, customers, orders PARTITION p2)')), {
    tables: ['customers(p1)', 'orders(p2)'],
    views: ['best_sellers'],
    skippedTables: [],
  });
  // Partitions keep the order of the catalog, whatever the statement's.
  t.deepEqual(named(bind('BACKUP SNAPSHOT shop.l TO r ON (orders PARTITION (p2, p1))')).tables, [
    'orders(p1,p2)',
  ]);
});

test('EXCLUDE leaves out the tables and partitions named, whatever their type', (t) => {
  t.deepEqual(
    named(bind('BACKUP SNAPSHOT shop.l TO r EXCLUDE (orders PARTITION p1, fresh, best_sellers, legacy)')),
    {
      tables: ['orders(p2)', 'customers(p1)'],
      views: [],
      skippedTables: ['search (ELASTICSEARCH)'],
    },
  );
});

test('EXCLUDE of all of a table’s partitions leaves the table out', (t) => {
  t.deepEqual(
    named(bind('BACKUP SNAPSHOT shop.l TO r EXCLUDE (orders PARTITION (p1, p2), customers)')).tables,
    ['fresh()'],
  );
});

test('the session’s database is taken where the statement names none', (t) => {
  const selection = bind('BACKUP SNAPSHOT l TO r', { ...SKIP, sessionDatabase: 'archive' });
  t.is(selection.database.name, 'archive');
  t.deepEqual(named(selection).tables, ['orders(p1)']);
  t.is(bind('BACKUP SNAPSHOT shop.l TO r', { ...SKIP, sessionDatabase: 'archive' }).database.name, 'shop');
});

test('with `refuse`, a table that cannot be backed up is in the way unless it is excluded', (t) => {
  t.deepEqual(named(bind('BACKUP SNAPSHOT shop.l TO r EXCLUDE (legacy, search)', REFUSE)).skippedTables, []);
  t.deepEqual(named(bind('BACKUP SNAPSHOT shop.l TO r ON (orders)', REFUSE)).tables, ['orders(p1,p2)']);
});

interface Wrong {
  readonly text: string;
  readonly options?: BindOptions;
  readonly code: SerializedError['code'];
  readonly at: string;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** What the carets stand under. */
  readonly marked: string;
}

const WRONG: readonly Wrong[] = [
  {
    text: 'BACKUP SNAPSHOT shopp.l TO r',
    code: 'DATABASE_UNKNOWN',
    at: '1:17',
    message: /no database shopp/,
    hint: /did you mean shop\?/,
    marked: 'shopp',
  },
  {
    text: 'BACKUP SNAPSHOT quite_another.l TO r',
    code: 'DATABASE_UNKNOWN',
    at: '1:17',
    message: /no database quite_another/,
    hint: /the databases: shop and archive/,
    marked: 'quite_another',
  },
  {
    text: 'BACKUP SNAPSHOT l TO r',
    code: 'DATABASE_UNKNOWN',
    at: '1:17',
    message: /names no database/,
    hint: /write shop\.l/,
    marked: 'l',
  },
  {
    text: 'BACKUP SNAPSHOT l TO r',
    options: { ...SKIP, sessionDatabase: 'gone' },
    code: 'DATABASE_UNKNOWN',
    at: '1:1',
    message: /no database gone/,
    hint: /the databases: shop and archive/,
    marked: 'BACKUP SNAPSHOT l TO r',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r\nON (customers,\n    ordres)',
    code: 'TABLE_UNKNOWN',
    at: '3:5',
    message: /no table ordres in database shop/,
    hint: /did you mean orders\?/,
    marked: 'ordres',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r EXCLUDE (`Orders`)',
    code: 'TABLE_UNKNOWN',
    at: '1:38',
    message: /no table Orders/,
    hint: /did you mean orders\?/,
    marked: '`Orders`',
  },
  {
    text: 'BACKUP SNAPSHOT archive.l TO r ON (customers)',
    code: 'TABLE_UNKNOWN',
    at: '1:36',
    message: /no table customers in database archive/,
    hint: /its tables: orders/,
    marked: 'customers',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r ON (orders PARTITION (p1, p22))',
    code: 'PARTITION_UNKNOWN',
    at: '1:55',
    message: /no partition p22 in table orders/,
    hint: /did you mean p[12]\?/,
    marked: 'p22',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r EXCLUDE (fresh PARTITION p1)',
    code: 'PARTITION_UNKNOWN',
    at: '1:54',
    message: /no partition p1 in table fresh/,
    hint: /it has no partitions/,
    marked: 'p1',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r ON (best_sellers PARTITION p1)',
    code: 'PARTITION_UNKNOWN',
    at: '1:56',
    message: /best_sellers is of type VIEW and has no partitions/,
    hint: /leave out PARTITION/,
    marked: 'p1',
  },
  {
    text: 'BACKUP SNAPSHOT shop.l TO r ON (orders, legacy)',
    code: 'TABLE_TYPE_UNSUPPORTED',
    at: '1:41',
    message: /table legacy is of type MYSQL/,
    hint: /leave it out of ON/,
    marked: 'legacy',
  },
  {
    text: 'BACKUP SNAPSHOT shop.lbl TO r EXCLUDE (legacy)',
    options: REFUSE,
    code: 'TABLE_TYPE_UNSUPPORTED',
    at: '1:22',
    message: /database shop holds table search of type ELASTICSEARCH/,
    hint: /EXCLUDE \(search\), or set engine\.unsupportedTables to skip/,
    marked: 'lbl',
  },
];

for (const { text, options, code, at, message, hint, marked } of WRONG) {
  test(`refused with ${code}: ${text.replaceAll('\n', ' ')}${options ? ` ${JSON.stringify(options)}` : ''}`, (t) => {
    const error = t.throws(() => bind(text, options), { instanceOf: DrillError });
    t.is(error.code, code);
    t.is(`${error.place?.line}:${error.place?.column}`, at);
    t.regex(error.message, message);
    t.regex(error.hint ?? '', hint);
    const [line, carets] = error.frame!.split('\n').map((part) => part.slice(part.indexOf('|') + 2)) as [
      string,
      string,
    ];
    t.is(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), marked);
  });
}

test('a catalog without databases still says what is wrong', (t) => {
  const { catalog } = sampleCatalog({});
  const error = t.throws(() => bindBackup(catalog, backupStatement('BACKUP SNAPSHOT shop.l TO r'), SKIP), {
    instanceOf: DrillError,
  });
  t.is(error.code, 'DATABASE_UNKNOWN');
});

type Kind = 'all' | 'on' | 'exclude';

/** A random choice of tables, each whole or by some of its partitions. */
const arbitraryScope = (tables: readonly TableShape[]) =>
  fc.record({
    kind: fc.constantFrom<Kind>('all', 'on', 'exclude'),
    chosen: fc.subarray([...tables]).chain((some) =>
      fc.tuple(
        ...some.map((table) =>
          fc.record({
            table: fc.constant(table),
            partitions:
              table.type === 'OLAP'
                ? fc.subarray(table.partitions.map((_, p) => `p${p + 1}`))
                : fc.constant<string[]>([]),
          }),
        ),
      ),
    ),
  });

test('selected shards: those of visible indexes that a naive reading of the statement selects, each once, in order', (t) => {
  const cases = tableShapes.chain((tables) =>
    fc.record({ tables: fc.constant(tables), scope: arbitraryScope(tables) }),
  );
  fc.assert(
    fc.property(cases, ({ tables, scope }) => {
      const other: TableShape = { name: 't1', type: 'OLAP', partitions: [[{ visible: true, buckets: 2 }]] };
      const { catalog, noted } = sampleCatalog({ other: [other], db: tables });
      const chosen = scope.chosen.filter(({ table }) => scope.kind !== 'on' || table.type !== 'MYSQL');
      const kind = chosen.length === 0 ? 'all' : scope.kind;
      const items = chosen.map(({ table, partitions }) =>
        partitions.length > 0 ? `${table.name} PARTITION (${partitions.join()})` : table.name,
      );
      const clause = kind === 'all' ? '' : `${kind} (${items.join()})`;
      const selection = bindBackup(catalog, backupStatement(`BACKUP SNAPSHOT db.l TO r ${clause}`), SKIP);
      const isNamed = (table: string, partition: string): boolean =>
        chosen.some(
          (c) => c.table.name === table && (c.partitions.length === 0 || c.partitions.includes(partition)),
        );
      const expected = noted.flatMap((shard, ordinal) => {
        const wanted = kind === 'all' || isNamed(shard.table, shard.partition) === (kind === 'on');
        return shard.database === 'db' && shard.visible && wanted ? [ordinal] : [];
      });
      t.deepEqual([...selectedShards(selection)], expected);
    }),
  );
});
