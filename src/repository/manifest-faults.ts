import type { ManifestView, SnapshotInfo, SnapshotMeta } from './manifest-types.js';

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
        }
      }
    }
  }
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
    const place = typeof item === 'string' ? `${at}[${i}]` : `${at}[${i}].${key}`;
    if (earlier === undefined) first.set(value, i);
    else yield { at: place, problem: `is ${show(value)}, which ${at}[${earlier}] has already` };
  }
}

const show = (value: string | number): string => JSON.stringify(value);
