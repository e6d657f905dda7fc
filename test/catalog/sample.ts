import * as fc from 'fast-check';
import { Catalog, type Database, type NewIndex, type NewPartition } from '../../src/catalog/index.js';
import { parseStatement, type BackupStatement } from '../../src/sql/index.js';

/** Where a test put a shard, noted while the catalog asked for it. */
export interface Noted {
  readonly database: string;
  readonly table: string;
  readonly partition: string;
  readonly visible: boolean;
}

export interface TableShape {
  readonly name: string;
  readonly type: 'OLAP' | 'VIEW' | 'MYSQL' | 'ELASTICSEARCH';
  /** OLAP only: for each partition, its indexes, each with its buckets. */
  readonly partitions: readonly (readonly { readonly visible: boolean; readonly buckets: number }[])[];
}

export interface Sample {
  readonly catalog: Catalog;
  /** By shard ordinal. */
  readonly noted: readonly Noted[];
}

/** A catalog of these databases on `nodeCount` nodes, each shard with one 100-byte file and one replica. */
export function sampleCatalog(
  databases: Readonly<Record<string, readonly TableShape[]>>,
  nodeCount = 3,
): Sample {
  const catalog = new Catalog(Array.from({ length: nodeCount }, (_, i) => `be-${i + 1}`));
  const noted: Noted[] = [];
  for (const [name, tables] of Object.entries(databases)) {
    const database = catalog.createDatabase(name);
    for (const table of tables) addTable(catalog, database, table, noted);
  }
  return { catalog, noted };
}

function addTable(catalog: Catalog, database: Database, table: TableShape, noted: Noted[]): void {
  if (table.type === 'VIEW') {
    catalog.createView(database, table.name, `SELECT 1 AS ${table.name}`);
    return;
  }
  if (table.type !== 'OLAP') {
    catalog.createForeignTable(database, table.name, table.type);
    return;
  }
  const nodeCount = catalog.nodeNames.length;
  const partitions = table.partitions.map((indexes, p): NewPartition => {
    const partition = `p${p + 1}`;
    return {
      name: partition,
      version: 2,
      indexes: indexes.map(({ visible, buckets }, i): NewIndex => ({
        name: i === 0 ? table.name : `r${i}`,
        base: i === 0,
        visible,
        buckets,
        shard() {
          noted.push({ database: database.name, table: table.name, partition, visible });
          return { fileSizeBytes: [100], replicaNodes: [noted.length % nodeCount] };
        },
      })),
    };
  });
  catalog.createTable(database, { name: table.name, replication: 1, partitions });
}

const index = (buckets: number, visible = true) => ({ visible, buckets });

/** The catalog of the examples: two databases, every type of table, a rollup, and one that is still being built. */
export const shop = (): Sample =>
  sampleCatalog({
    shop: [
      {
        name: 'orders',
        type: 'OLAP',
        partitions: [
          [index(3), index(2)],
          [index(3), index(2, false)],
        ],
      },
      { name: 'customers', type: 'OLAP', partitions: [[index(2)]] },
      { name: 'fresh', type: 'OLAP', partitions: [] },
      { name: 'best_sellers', type: 'VIEW', partitions: [] },
      { name: 'legacy', type: 'MYSQL', partitions: [] },
      { name: 'search', type: 'ELASTICSEARCH', partitions: [] },
    ],
    archive: [{ name: 'orders', type: 'OLAP', partitions: [[index(1)]] }],
  });

export const tableShapes: fc.Arbitrary<readonly TableShape[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom<TableShape['type']>('OLAP', 'OLAP', 'OLAP', 'VIEW', 'MYSQL'),
      partitions: fc.array(
        fc.array(fc.record({ visible: fc.boolean(), buckets: fc.nat({ max: 3 }) }), { maxLength: 3 }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 5 },
  )
  .map((tables) => tables.map((table, i) => ({ ...table, name: `t${i + 1}` })));

export function backupStatement(text: string): BackupStatement {
  const statement = parseStatement(text);
  if (statement.kind !== 'backup') throw new Error(`not a BACKUP: ${text}`);
  return statement;
}
