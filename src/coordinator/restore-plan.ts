import { DrillError } from '../base/errors.js';
import {
  renamedForShard,
  type Catalog,
  type Database,
  type OlapTable,
  type Partition,
  type Placement,
  type View,
} from '../catalog/index.js';
import type { WorkPlan } from '../job/index.js';
import type { Bundle } from '../node/index.js';
import type { SnapshotInfo, SnapshotMeta } from '../repository/index.js';
import type { RestoreStatement, RestoreOptions } from '../sql/index.js';
import { buildTarget } from './restore/build.js';
import { replacedPartitions, type ShardRange } from './restore/commit.js';
import { livePlacement } from './restore/live-placement.js';
import { describeSelection, selectRestored } from './restore/selection.js';
import { snapshotShards } from './restore/snapshot-shards.js';
import { chooseTargets } from './restore/targets.js';
import type { WorkTotals } from './work.js';
import type { SourceShard } from './world.js';

/** What a RESTORE is going to do: tables that are built but not visible yet, and where their bytes come from. */
export interface RestorePlan {
  readonly work: WorkPlan;
  readonly sources: ReadonlyMap<number, SourceShard>;
  /** Tables as they will be, with the partitions that stay; each takes the place of the one that has its name. */
  readonly tables: readonly OlapTable[];
  readonly views: readonly View[];
  /** Names of the tables and views that go. */
  readonly dropped: readonly string[];
  /** Partitions of which nothing is left once the plan is committed. */
  readonly replaced: readonly Partition[];
  /** The shards that were built for the plan. */
  readonly built: ShardRange;
  readonly totals: WorkTotals;
  /** What is restored, for people: `t PARTITION (p1) AS u, v`. */
  readonly objects: string;
  /** The snapshot's. */
  readonly timestamp: string;
}

export interface RestoreTarget {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly placement: Placement;
  readonly statement: RestoreStatement;
  readonly options: RestoreOptions;
}

/**
 * Decides what of a snapshot goes where, and builds it, on whatever nodes of the target are alive. Touches nothing that users
 * see, and builds nothing before all is found to be in order. Throws TABLE_UNKNOWN, PARTITION_UNKNOWN, RESTORE_CONFLICT,
 * REPOSITORY_CORRUPT.
 */
export function planRestore(target: RestoreTarget, meta: SnapshotMeta, info: SnapshotInfo): RestorePlan {
  const { catalog, database, statement } = target;
  const selection = selectRestored(statement, meta, info);
  const targets = chooseTargets({ ...target, content: info.content }, selection, meta);
  const shards = snapshotShards(info, selection.tables);

  const first = catalog.shards.count;
  const sources = new Map<number, SourceShard>();
  const placement = livePlacement(catalog, target.placement);
  const changed = targets.tables.filter(
    ({ into, built, dropped }) => !into || built.length > 0 || dropped.size > 0,
  );
  const tables = changed.map((table) =>
    buildTarget({ catalog, database, placement, info, shards, sources }, table),
  );
  const views = targets.views.map(({ name, definition }) => catalog.buildView(name, definition));
  const { dropped } = targets;
  return {
    ...workOf(catalog, sources),
    sources,
    tables,
    views,
    dropped,
    replaced: replacedPartitions(database, tables, dropped),
    built: { first, end: catalog.shards.count },
    objects: describeSelection(selection),
    timestamp: info.backupTime,
  };
}

/** One entry for each replica: every copy is fetched from the repository, as Doris does. */
function workOf(
  { shards: store }: Catalog,
  sources: ReadonlyMap<number, SourceShard>,
): { readonly work: WorkPlan; readonly totals: WorkTotals } {
  const shards: number[] = [];
  const nodes: number[] = [];
  const expected: string[][] = [];
  const bundles: (readonly Bundle[])[] = [];
  let files = 0;
  let sizeBytes = 0;
  for (const [shard, source] of sources) {
    const checksums = source.files.map((file) => file.checksum);
    for (const node of store.replicaNodesOf(shard)) {
      shards.push(shard);
      nodes.push(node);
      expected.push(checksums);
      bundles.push(source.bundles ?? []);
      files += checksums.length;
      sizeBytes += store.sizeBytes[shard]!;
    }
  }
  if (!Number.isSafeInteger(sizeBytes))
    throw new DrillError('REPOSITORY_CORRUPT', 'the manifest names more bytes than can be counted', {
      hint: 'no repository holds as much: the manifest was damaged or edited',
    });
  const bundled = bundles.some((ofShard) => ofShard.length > 0) ? { bundles } : {};
  return {
    work: { shards: Int32Array.from(shards), nodes: Int32Array.from(nodes), expected, ...bundled },
    totals: { shards: shards.length, files, sizeBytes },
  };
}

/** The name that a file of the snapshot gets in the shard it is restored into. */
export const restoredFileName = renamedForShard;
