import type { Fault, Faults } from './manifest-faults.js';
import type {
  ManifestIndex,
  ManifestTable,
  ManifestView,
  MetaTable,
  SnapshotInfo,
  SnapshotMeta,
} from './manifest-types.js';

/** What does not fit between the two documents of one snapshot. Places are in `__info`. */
export function* inconsistencies(meta: SnapshotMeta, info: SnapshotInfo): Faults {
  if (meta.databaseName !== info.databaseName) {
    yield differs('$.databaseName', info.databaseName, meta.databaseName);
  }
  yield* viewInconsistencies(meta.views, info.views);
  const tables = paired('$.tables', info.tables, meta.tables);
  yield* tables.faults;
  for (const { ours, theirs, at } of tables.pairs)
    yield* tableInconsistencies(ours, theirs, at, info.content === 'all');
}

function* viewInconsistencies(
  metaViews: readonly ManifestView[],
  infoViews: readonly ManifestView[],
): Faults {
  const definitions = new Map(metaViews.map((view) => [view.name, view.definition]));
  for (const [v, { name, definition }] of infoViews.entries()) {
    if (definitions.get(name) !== definition) {
      const what = definitions.has(name) ? 'has another definition in __meta' : 'is not in __meta';
      yield { at: `$.views[${v}]`, problem: `(${name}) ${what}` };
    }
    definitions.delete(name);
  }
  for (const name of definitions.keys())
    yield { at: '$.views', problem: `lacks ${name}, which is in __meta` };
}

function* tableInconsistencies(
  ours: ManifestTable,
  theirs: MetaTable,
  tableAt: string,
  hasShards: boolean,
): Faults {
  const partitions = paired(`${tableAt}.partitions`, ours.partitions, theirs.partitions);
  yield* partitions.faults;
  for (const { ours: partition, theirs: metaPartition, at } of partitions.pairs) {
    if (partition.version !== metaPartition.version) {
      yield differs(`${at}.version`, partition.version, metaPartition.version);
    }
    const indexes = paired(`${at}.indexes`, partition.indexes, metaPartition.indexes);
    yield* indexes.faults;
    if (!hasShards) continue;
    for (const pair of indexes.pairs) yield* bucketInconsistencies(pair.ours, pair.theirs.buckets, pair.at);
  }
}

function* bucketInconsistencies(index: ManifestIndex, buckets: number, at: string): Faults {
  if (index.shards.length !== buckets) {
    yield {
      at: `${at}.shards`,
      problem: `has ${index.shards.length} shards; __meta says ${buckets} buckets`,
    };
    return;
  }
  // As many shards as buckets and no bucket twice: so each is there once if none is too high.
  for (const [s, { bucket }] of index.shards.entries()) {
    if (bucket >= buckets) {
      yield {
        at: `${at}.shards[${s}].bucket`,
        problem: `is ${bucket}; __meta says ${buckets} buckets, from 0`,
      };
    }
  }
}

interface Named {
  readonly id: number;
  readonly name: string;
}

interface Paired<A, B> {
  readonly faults: readonly Fault[];
  readonly pairs: readonly { readonly ours: A; readonly theirs: B; readonly at: string }[];
}

/** Finds for each item of `__info` the one of `__meta` that has its id and name. */
function paired<A extends Named, B extends Named>(
  at: string,
  ours: readonly A[],
  theirs: readonly B[],
): Paired<A, B> {
  const faults: Fault[] = [];
  const pairs: { ours: A; theirs: B; at: string }[] = [];
  const unmatched = new Map(theirs.map((item) => [item.id, item]));
  for (const [i, item] of ours.entries()) {
    const place = `${at}[${i}]`;
    const other = unmatched.get(item.id);
    unmatched.delete(item.id);
    if (!other) faults.push({ at: place, problem: `(${item.name}, id ${item.id}) is not in __meta` });
    else if (other.name !== item.name) faults.push(differs(`${place}.name`, item.name, other.name));
    else pairs.push({ ours: item, theirs: other, at: place });
  }
  for (const { id, name } of unmatched.values()) {
    faults.push({ at, problem: `lacks ${name} (id ${id}), which is in __meta` });
  }
  return { faults, pairs };
}

function differs(at: string, ours: string | number, theirs: string | number): Fault {
  return { at, problem: `is ${JSON.stringify(ours)}; __meta says ${JSON.stringify(theirs)}` };
}
