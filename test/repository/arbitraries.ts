import * as fc from 'fast-check';
import type { ManifestShard, SnapshotInfo, SnapshotMeta } from '../../src/repository/index.js';

export const labelArbitrary = fc.stringMatching(/^[-_A-Za-z0-9:]{1,12}$/);
export const repositoryArbitrary = fc.stringMatching(/^[A-Za-z][-_A-Za-z0-9]{0,8}$/);
export const idArbitrary = fc.oneof(fc.nat(20_000), fc.maxSafeNat());
export const md5Arbitrary = fc.stringMatching(/^[0-9a-f]{32}$/);
export const epochMsArbitrary = fc.integer({ min: 0, max: 253_402_300_799_999 });

/** Names of shard files: mostly the real thing, sometimes anything that is allowed. */
export const fileNameArbitrary = fc.oneof(
  fc.stringMatching(/^[0-9a-f]{1,20}_[0-9]\.dat$/),
  fc.nat(99_999).map((id) => `${id}.hdr`),
  fc.constantFrom(
    'a.part',
    `x.${'0'.repeat(32)}`,
    '__meta',
    'with space',
    '表',
    '..x',
    '__proto__',
    'f'.repeat(222),
  ),
);

const nameArbitrary = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,9}$/),
  fc.constantFrom('表', 'a b', '__proto__'),
);
const versionArbitrary = fc.nat(1_000_000);

export interface Documents {
  readonly info: SnapshotInfo;
  readonly meta: SnapshotMeta;
}

/** A number that is different each time it is asked for, for ids. */
interface Skeleton {
  readonly names: readonly string[];
  readonly partitions: readonly (readonly {
    readonly names: readonly string[];
    readonly buckets: number;
  }[])[];
}

const namesArbitrary = (maxLength: number) => fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength });

const partitionArbitrary = fc.record({ names: namesArbitrary(3), buckets: fc.nat(3) });

const skeletonArbitrary: fc.Arbitrary<Skeleton> = fc
  .uniqueArray(nameArbitrary, { maxLength: 3 })
  .chain((names) =>
    fc.record({
      names: fc.constant(names),
      partitions: fc.array(fc.array(partitionArbitrary, { minLength: 1, maxLength: 2 }), {
        minLength: names.length,
        maxLength: names.length,
      }),
    }),
  );

const filesArbitrary = fc.uniqueArray(
  fc.record({ name: fileNameArbitrary, sizeBytes: fc.maxSafeNat(), checksum: md5Arbitrary }),
  { maxLength: 3, selector: (file) => file.name },
);

/** Both documents of one random snapshot, fitting each other. */
export const documentsArbitrary: fc.Arbitrary<Documents> = fc
  .record({
    skeleton: skeletonArbitrary,
    label: labelArbitrary,
    repository: repositoryArbitrary,
    firstId: fc.nat(1_000_000),
    databaseName: nameArbitrary,
    version: versionArbitrary,
    content: fc.constantFrom('all' as const, 'metadata_only' as const),
    skippedTables: fc.uniqueArray(nameArbitrary, { maxLength: 2 }),
    views: fc.uniqueArray(fc.record({ name: nameArbitrary.map((n) => `v_${n}`), definition: fc.string() }), {
      maxLength: 2,
      selector: (view) => view.name,
    }),
    files: fc.infiniteStream(filesArbitrary),
  })
  .map(({ skeleton, firstId, version, files, ...rest }) => {
    let nextId = firstId;
    const drawn = files[Symbol.iterator]();
    const { databaseName, views } = rest;
    const metaTables: SnapshotMeta['tables'] = skeleton.names.map((name, t) => ({
      id: nextId++,
      name,
      type: 'OLAP' as const,
      replication: 3,
      partitions: skeleton.partitions[t]!.map(({ names, buckets }, p) => ({
        id: nextId++,
        name: `p${p}`,
        version,
        indexes: names.map((indexName, i) => ({
          id: nextId++,
          name: indexName,
          base: i === 0,
          buckets,
        })),
      })),
    }));
    const shardsOf = (buckets: number): ManifestShard[] =>
      Array.from({ length: rest.content === 'all' ? buckets : 0 }, (_, bucket) => ({
        id: nextId++,
        bucket,
        files: drawn.next().value!,
      }));
    const infoTables: SnapshotInfo['tables'] = metaTables.map(({ id, name, partitions }) => ({
      id,
      name,
      partitions: partitions.map((partition) => ({
        id: partition.id,
        name: partition.name,
        version,
        indexes: partition.indexes.map((index) => ({
          id: index.id,
          name: index.name,
          shards: shardsOf(index.buckets),
        })),
      })),
    }));
    return {
      meta: { formatVersion: 1 as const, databaseName, tables: metaTables, views },
      info: {
        formatVersion: 1 as const,
        ...rest,
        databaseId: nextId++,
        backupTime: '2026-01-31-23-59-59',
        tables: infoTables,
      },
    };
  });
