import { isBundleName } from './layout.js';
import {
  BUNDLES_FORMAT_VERSION,
  type ManifestBundle,
  type ManifestShard,
  type ManifestView,
  type SnapshotInfo,
  type SnapshotMeta,
} from './manifest-types.js';

/** A place in a document and what is wrong there: `$.tables[2].id` and `is …`. */
export interface Fault {
  readonly at: string;
  readonly problem: string;
}

export type Faults = Generator<Fault, void, void>;

/** What a well-shaped `__info` may still have wrong: things twice, and files where there may be none. */
export function* infoFaults(info: SnapshotInfo): Faults {
  yield* tableFaults(info.tables, info.views);
  yield* repeats('$.skippedTables', info.skippedTables, 'name', (skipped) => skipped);
  const shardIds = new Set<number>();
  for (const [t, table] of info.tables.entries()) {
    for (const [p, partition] of table.partitions.entries()) {
      for (const [i, index] of partition.indexes.entries()) {
        const at = `$.tables[${t}].partitions[${p}].indexes[${i}].shards`;
        if (info.content === 'metadata_only' && index.shards.length > 0) {
          yield { at, problem: 'has shards, though the snapshot says that it holds metadata only' };
        }
        yield* repeats(at, index.shards, 'bucket', (shard) => shard.bucket);
        for (const [s, shard] of index.shards.entries()) {
          // A shard's id is unique in its cluster, and one that stands twice would be restored twice.
          if (shardIds.has(shard.id))
            yield { at: `${at}[${s}].id`, problem: `is ${shard.id}, which an earlier shard has` };
          shardIds.add(shard.id);
          yield* repeats(`${at}[${s}].files`, shard.files, 'name', (file) => file.name);
          if (!shard.bundles) continue;
          if (info.formatVersion < BUNDLES_FORMAT_VERSION)
            yield { at: `${at}[${s}].bundles`, problem: `is there, and the format is ${info.formatVersion}` };
          yield* bundleFaults(`${at}[${s}]`, shard, shard.bundles);
        }
      }
    }
  }
}

/** What a bundle may hold at most, so that a program can take one into its memory; none writes as much. */
const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/** Bundles of files that are not there, that an earlier one has, or that are too large; files by the names of bundles. */
function* bundleFaults(at: string, { files }: ManifestShard, bundles: readonly ManifestBundle[]): Faults {
  let end = 0;
  for (const [b, bundle] of bundles.entries()) {
    const place = `${at}.bundles[${b}]`;
    const { firstFile } = bundle;
    if (firstFile < end)
      yield { at: `${place}.firstFile`, problem: `is ${firstFile}, and the bundle before goes on to ${end}` };
    end = firstFile + bundle.files;
    if (end > files.length)
      yield { at: `${place}.files`, problem: `is ${bundle.files}: the shard has only ${files.length} files` };
    const bytes = files.slice(firstFile, end).reduce((sum, file) => sum + file.sizeBytes, 0);
    if (bytes > MAX_BUNDLE_BYTES)
      yield { at: place, problem: `holds ${bytes} bytes, and the most is ${MAX_BUNDLE_BYTES}` };
  }
  for (const [f, { name }] of files.entries())
    if (isBundleName(name))
      yield { at: `${at}.files[${f}].name`, problem: `is ${show(name)}, as of a bundle` };
}

/** What a well-shaped `__meta` may still have wrong. */
export function* metaFaults(meta: SnapshotMeta): Faults {
  yield* tableFaults(meta.tables, meta.views);
  let buckets = 0;
  for (const [t, table] of meta.tables.entries()) {
    for (const [p, partition] of table.partitions.entries()) {
      for (const [i, index] of partition.indexes.entries()) {
        buckets += index.buckets;
        if (buckets <= MAX_BUCKETS) continue;
        const at = `$.tables[${t}].partitions[${p}].indexes[${i}].buckets`;
        const most = MAX_BUCKETS.toLocaleString('en-US');
        yield { at, problem: `is ${index.buckets}; with it there are more than ${most} in the snapshot` };
      }
    }
  }
}

/**
 * Of a whole snapshot: more than an `__info` can list. Where it lists none, because it holds metadata only, nothing else
 * would keep a RESTORE from making as many shards as a number can say.
 */
const MAX_BUCKETS = 10_000_000;

interface Named {
  readonly id: number;
  readonly name: string;
}

type Nested = Named & { readonly partitions: readonly (Named & { readonly indexes: readonly Named[] })[] };

function* tableFaults(tables: readonly Nested[], views: readonly ManifestView[]): Faults {
  yield* namedTwice('$.tables', tables);
  yield* repeats('$.views', views, 'name', (view) => view.name);
  // Tables and views share one space of names.
  const tableNames = new Set(tables.map((table) => table.name));
  for (const [v, { name }] of views.entries()) {
    if (tableNames.has(name))
      yield { at: `$.views[${v}].name`, problem: `is ${show(name)}, which a table has too` };
  }
  for (const [t, table] of tables.entries()) {
    yield* namedTwice(`$.tables[${t}].partitions`, table.partitions);
    for (const [p, partition] of table.partitions.entries()) {
      yield* namedTwice(`$.tables[${t}].partitions[${p}].indexes`, partition.indexes);
    }
  }
}

function* namedTwice(at: string, items: readonly Named[]): Faults {
  yield* repeats(at, items, 'id', (item) => item.id);
  yield* repeats(at, items, 'name', (item) => item.name);
}

function* repeats<T>(
  at: string,
  items: readonly T[],
  key: string,
  keyOf: (item: T) => string | number,
): Faults {
  const first = new Map<string | number, number>();
  for (const [i, item] of items.entries()) {
    const value = keyOf(item);
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, i);
      continue;
    }
    // Only now, since a manifest has as many places as files.
    const place = typeof item === 'string' ? `${at}[${i}]` : `${at}[${i}].${key}`;
    yield { at: place, problem: `is ${show(value)}, which ${at}[${earlier}] has already` };
  }
}

const show = (value: string | number): string => JSON.stringify(value);
