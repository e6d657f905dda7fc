import { sampler, type Distribution } from '../base/distribution.js';
import { randomStream, shuffle } from '../base/random.js';
import {
  Catalog,
  evenPlacement,
  HEADER_FILE_BYTES,
  randomPlacement,
  type Database,
  type NewIndex,
  type Placement,
} from '../catalog/index.js';
import type { NodeHardware } from '../world/hardware.js';
import { segmentSizes, type ShardList } from './shards.js';
import type { ClusterSpec, DatabaseSpec, PartitionSpec, Scenario, TableSpec } from './scenario.js';

/**
 * The cluster that a scenario describes, with every shard, file size and replica drawn from the scenario's seed. What
 * the shards hold is drawn from other streams than where they are placed: the same data lies on any number of nodes.
 */
export function generateCatalog(scenario: Scenario): Catalog {
  const { cluster, seed, databases } = scenario;
  const catalog = new Catalog(cluster.nodes.map((node) => node.name));
  const placement = placementFor(cluster, seed);
  for (const spec of databases) addTables(catalog, catalog.createDatabase(spec.name), spec, placement, seed);
  return catalog;
}

/** What each node can do, now that it is drawn which of them are slow. */
export function nodeHardware({ cluster, seed }: Pick<Scenario, 'cluster' | 'seed'>): NodeHardware[] {
  const { nodes, stragglers } = cluster;
  const hardware = nodes.map((node) => node.hardware);
  const order = shuffle(Array.from(hardware.keys()), randomStream(seed, 'stragglers'));
  for (const node of order.slice(0, Math.round(stragglers.share * nodes.length)))
    hardware[node] = slowed(hardware[node]!, stragglers.slowdown);
  return hardware;
}

const slowed = (hardware: NodeHardware, slowdown: number): NodeHardware => ({
  diskBytesPerSec: hardware.diskBytesPerSec / slowdown,
  hashBytesPerSec: hardware.hashBytesPerSec / slowdown,
  nicBytesPerSec: hardware.nicBytesPerSec / slowdown,
  linkMs: hardware.linkMs * slowdown,
  snapshotMs: hardware.snapshotMs * slowdown,
});

/** The empty cluster that a scenario restores into: its databases, no tables. */
export function generateTargetCatalog(scenario: Scenario): Catalog {
  const nodes = Array.from({ length: scenario.restore.nodes }, (_, i) => `restore-${i + 1}`);
  const catalog = new Catalog(nodes);
  for (const { name } of scenario.databases) catalog.createDatabase(name);
  return catalog;
}

/** Where new shards go on a cluster of `nodeCount` nodes. */
export function targetPlacement(scenario: Scenario, nodeCount: number): Placement {
  return evenPlacement(nodeCount, randomStream(scenario.seed, 'restore-placement'));
}

function placementFor(cluster: ClusterSpec, seed: string): Placement {
  const random = randomStream(seed, 'placement');
  return (cluster.placement === 'even' ? evenPlacement : randomPlacement)(cluster.nodes.length, random);
}

function addTables(
  catalog: Catalog,
  database: Database,
  spec: DatabaseSpec,
  placement: Placement,
  seed: string,
): void {
  for (const table of spec.tables) {
    if (table.type === 'VIEW') catalog.createView(database, table.name, table.definition ?? 'SELECT 1');
    else if (table.type !== 'OLAP') catalog.createForeignTable(database, table.name, table.type);
    else {
      const partitions = table.partitions.map((partition) => ({
        name: partition.name,
        version: partition.version,
        indexes: indexesOf(
          table,
          partition,
          placement,
          `${seed}/${spec.name}.${table.name}.${partition.name}`,
        ),
      }));
      catalog.createTable(database, { name: table.name, replication: table.replication, partitions });
    }
  }
}

/** The base index and the rollups of a partition. A stream each, so that adding one table leaves the others as they were. */
function indexesOf(
  table: TableSpec,
  partition: PartitionSpec,
  placement: Placement,
  stream: string,
): NewIndex[] {
  if (partition.shards) return [listedIndex(table.name, partition.shards)];
  const buckets = count(partition.buckets, `${stream}/buckets`)();
  const names = [table.name, ...table.rollups];
  return names.map((name, i): NewIndex => {
    const ratio = i === 0 ? 1 : table.rollupRatio;
    const files = count(partition.filesPerShard, `${stream}/${name}/files`);
    const sizes = sampler(partition.fileSizeBytes, randomStream(stream, `${name}/sizes`));
    const shard = (): ReturnType<NewIndex['shard']> => ({
      fileSizeBytes: fileSizes(files(), sizes, ratio),
      replicaNodes: placement(table.replication),
    });
    return { name, base: i === 0, buckets, shard };
  });
}

/** An index whose shards are listed: nothing of it is drawn. */
const listedIndex = (name: string, { sizeBytes, files, nodes }: ShardList): NewIndex => ({
  name,
  base: true,
  buckets: files.length,
  shard: (bucket) => ({
    fileSizeBytes: Float64Array.of(HEADER_FILE_BYTES, ...segmentSizes(sizeBytes[bucket]!, files[bucket]!)),
    replicaNodes: nodes[bucket]!,
  }),
});

function fileSizes(segments: number, size: () => number, ratio: number): Float64Array {
  const sizes = new Float64Array(segments + 1);
  sizes[0] = HEADER_FILE_BYTES;
  for (let i = 1; i <= segments; i++) sizes[i] = Math.max(0, Math.round(size() * ratio));
  return sizes;
}

function count(distribution: Distribution, stream: string): () => number {
  const draw = sampler(distribution, randomStream(stream, 'count'));
  return () => Math.max(0, Math.round(draw()));
}
