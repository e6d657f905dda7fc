import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { bindBackup, isOlap, selectedShards, type Catalog } from '../../src/catalog/index.js';
import { buildInfo, buildMeta, estimateInfoBytes } from '../../src/coordinator/index.js';
import { bundledFiles, checksumText, type Bundle } from '../../src/node/index.js';
import {
  checkConsistent,
  decodeInfo,
  decodeMeta,
  encodeInfo,
  encodeMeta,
} from '../../src/repository/index.js';
import { generateCatalog, type Scenario } from '../../src/scenario/index.js';
import { backupStatement } from '../catalog/sample.js';
import { arbitraryScenario, isSelected, olapTable, scenario } from '../fixtures/scenarios.js';

/** The two documents of a backup of a scenario, as a world would have them written, and what they were made from. */
function manifestOf(
  spec: Scenario,
  content: 'all' | 'metadata_only' = 'all',
  { bundleBelowBytes }: { readonly bundleBelowBytes?: number } = {},
) {
  const catalog = generateCatalog(spec);
  const selection = bindBackup(catalog, backupStatement(spec.statement.text), { unsupportedTables: 'skip' });
  const shards = content === 'all' ? selectedShards(selection) : new Int32Array(0);
  // In another order than the catalog's: that of the uploads.
  const uploaded = shards.toReversed();
  const checksums = Array.from(uploaded, (shard) => checksumsOf(catalog, shard));
  const label = 'label1';
  const manifest = {
    catalog,
    selection,
    label,
    repository: 'example_repo',
    backupTime: '2020-01-01-00-00-00',
    content,
  };
  const meta = buildMeta(manifest);
  const bundles = bundleBelowBytes === undefined ? undefined : bundlesOf(catalog, uploaded, bundleBelowBytes);
  const all = { shards: uploaded, checksums, ...(bundles ? { bundles } : {}) };
  const info = buildInfo(manifest, all);
  const files = checksums.reduce((sum, ofShard) => sum + ofShard.length, 0);
  return { catalog, meta, info, uploaded: all, files };
}

/** As tasks report them. */
function bundlesOf({ shards: store }: Catalog, shards: Int32Array, belowBytes: number): Bundle[][] {
  return Array.from(shards, (shard) => {
    const first = store.firstFile[shard]!;
    const files = store.fileCount(shard);
    const sized = { files, sizeBytes: (file: number) => store.fileSizeBytes[first + file]! };
    const bundles: Bundle[] = [];
    for (let file = 0, count = 1; file < files; file += count) {
      count = bundledFiles(file, sized, belowBytes);
      if (count > 1) bundles.push({ firstFile: file, files: count, checksum: first + file });
    }
    return bundles;
  });
}

const checksumsOf = ({ shards }: Catalog, shard: number): number[] =>
  Array.from({ length: shards.fileCount(shard) }, (_, file) => shards.firstFile[shard]! + file);

test('both documents can be read back, fit together, and name exactly what was selected, with its sizes and checksums', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario: spec, selected }) => {
      const { catalog, meta, info } = manifestOf(spec);
      t.deepEqual(decodeMeta(encodeMeta(meta), 'meta'), meta);
      t.deepEqual(decodeInfo(encodeInfo(info), 'info'), info);
      t.notThrows(() => checkConsistent(meta, info));
      const named = info.tables.flatMap((table) =>
        table.partitions.flatMap((partition) =>
          partition.indexes.flatMap((index) =>
            index.shards.flatMap((shard) =>
              shard.files.map(({ sizeBytes, checksum }) =>
                [table.name, partition.name, index.name, shard.bucket, shard.id, sizeBytes, checksum].join(),
              ),
            ),
          ),
        ),
      );
      t.deepEqual(
        named,
        expected(catalog, (table, partition) => isSelected(selected, table, partition)).filter(Boolean),
      );
    }),
  );
});

function expected(catalog: Catalog, isWanted: (table: string, partition: string) => boolean): string[] {
  const { shards: store } = catalog;
  const lines: string[] = [];
  for (const table of catalog.database('example_db').tables.values()) {
    if (!isOlap(table)) continue;
    for (const partition of table.partitions) {
      if (!isWanted(table.name, partition.name)) continue;
      for (const index of partition.indexes) {
        for (let shard = index.firstShard; shard < index.endShard; shard++) {
          for (const checksum of checksumsOf(catalog, shard)) {
            const place = [table.name, partition.name, index.name, store.bucket[shard], store.id[shard]];
            lines.push([...place, store.fileSizeBytes[checksum], checksumText(checksum)].join());
          }
        }
      }
    }
  }
  return lines;
}

test('the order of tables is the statement’s in both documents, and views and skipped tables are told', (t) => {
  const view = { ...olapTable('v'), type: 'VIEW' as const, partitions: [], definition: 'SELECT 1' };
  const databases = [
    {
      name: 'example_db',
      tables: [olapTable('a'), view, { ...olapTable('m'), type: 'MYSQL' as const, partitions: [] }],
    },
  ];
  const { meta, info } = manifestOf(scenario({ databases }));
  t.deepEqual(info.skippedTables, ['m (MYSQL)']);
  t.deepEqual(info.views, [{ name: 'v', definition: 'SELECT 1' }]);
  t.deepEqual(meta.views, info.views);
  t.is(meta.databaseName, 'example_db');
  t.like(meta.tables[0], { name: 'a', type: 'OLAP', replication: 1 });
});

test('metadata only: buckets in __meta, no shards in __info, and still fitting together', (t) => {
  const { meta, info } = manifestOf(scenario(), 'metadata_only');
  const indexes = info.tables.flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.indexes),
  );
  t.is(indexes.length, 2);
  t.true(indexes.every(({ shards }) => shards.length === 0));
  t.is(meta.tables[0]!.partitions[0]!.indexes[0]!.buckets, 3);
  t.notThrows(() => checkConsistent(meta, info));
});

const MIB = 2 ** 20;

/** Manifests as people have them: from one bucket to many small files, short names and long ones. */
const SHAPES: Readonly<Record<string, Scenario['databases'][number]['tables']>> = {
  'one shard': [olapTable('t', { partitions: 1, buckets: 1, files: 1 })],
  'a few tables': [olapTable('orders', { partitions: 4, buckets: 8, files: 4 }), olapTable('customers')],
  'few files in many partitions': [olapTable('t', { partitions: 300, buckets: 3, files: 2 })],
  'large segments': [olapTable('t', { partitions: 30, buckets: 16, files: 10, sizeBytes: fixed(256 * MIB) })],
  'small segments': [olapTable('t', { partitions: 5, buckets: 20, files: 100, sizeBytes: fixed(16 * 1024) })],
  rollups: [olapTable('t', { partitions: 12, buckets: 16, files: 6, rollups: 3, sizeBytes: fixed(8 * MIB) })],
  'headers alone': [olapTable('t', { partitions: 10, buckets: 50, files: 0 })],
  'long names': Array.from({ length: 9 }, (_, i) =>
    olapTable(`what_an_analyst_calls_a_table_in_a_warehouse_of_some_age_${i}`, {
      partitions: 20,
      files: 3,
      rollups: 2,
    }),
  ),
  'names that are not ASCII': Array.from({ length: 9 }, (_, i) => olapTable(`umsätze_größenklasse_${i}`)),
};

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

const BUNDLING: Readonly<Record<string, { readonly bundleBelowBytes?: number }>> = {
  '': {},
  ', with bundles': { bundleBelowBytes: MIB },
};

for (const [name, tables] of Object.entries(SHAPES)) {
  for (const [how, bundling] of Object.entries(BUNDLING)) {
    test(`the estimated size of a manifest is within 5 % of the real one: ${name}${how}`, (t) => {
      const spec = scenario({ databases: [{ name: 'example_db', tables }] });
      const { meta, info, uploaded, files } = manifestOf(spec, 'all', bundling);
      const metaBytes = byteLength(encodeMeta(meta));
      const real = metaBytes + byteLength(encodeInfo(info));
      const estimated = metaBytes + estimateInfoBytes(metaBytes, uploaded, files);
      t.true(Math.abs(estimated / real - 1) < 0.05, `${estimated} for ${real}`);
    });
  }
}
