import { Document, isMap, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import type { Distribution } from '../base/distribution.js';
import type { ClientCost, NodeHardware, RepositoryLimits } from '../world/hardware.js';
import { timeText, rateText, requestRateText, sizeText } from './quantity-text.js';
import type {
  ClusterSpec,
  NodeSpec,
  PartitionSpec,
  RepositorySpec,
  Scenario,
  TableSpec,
} from './scenario.js';
import { TABLE_DEFAULTS } from './table-schema.js';
import { faultEntries } from './yaml-faults.js';

/** The first so many characters of a line of a comment are its text. */
const COMMENT_COLUMNS = 110;

/**
 * A scenario as a file that loads to the same scenario, but for the line of its statement, and where `comment` says what it
 * shows. Every setting is written out, also those that a preset or a default has now: what a failure was found with must not
 * change when they do. A scenario that no file could load to is not written faithfully: hashing that measured hardware
 * knows of cores (`coreHashBytesPerSec`), an S3 repository without parts of any size (written as `multipart: none`), a node named
 * `all` or `coordinator` whose messages or requests a fault is about, and names and numbers beyond what the schema takes.
 */
export function scenarioYaml(scenario: Scenario, comment: string): string {
  const { name, description, seed, databases, statement, restore, faults, windowMs } = scenario;
  const nodeNames = scenario.cluster.nodes.map((node) => node.name);
  const document = new Document({
    name,
    ...(description === '' ? {} : { description }),
    seed: seedValue(seed),
    cluster: clusterKeys(scenario.cluster),
    repository: repositoryKeys(scenario.repository),
    databases: databases.map((database) => ({
      name: database.name,
      tables: database.tables.map((table) => tableKeys(table, nodeNames)),
    })),
    engine: engineKeys(scenario.engine),
    statement: statement.text,
    restore: flow({ nodes: restore.nodes, replication: restore.replication }),
    ...(faults ? { faults: faults.map((fault) => flowPairs(faultEntries(fault, nodeNames))) } : {}),
    ...(windowMs === undefined ? {} : { window: timeText(windowMs) }),
  });
  if (isMap(document.contents)) spaceOut(document.contents);
  return commentLines(comment) + document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** An empty line before each part that is more than a word. */
function spaceOut(root: YAMLMap): void {
  for (const { key } of root.items)
    if (key instanceof Scalar && PARTS.has(String(key.value))) key.spaceBefore = true;
}

const PARTS = new Set(['cluster', 'repository', 'databases', 'engine', 'statement', 'faults']);

/** A whole number that reads as the same text again is written as one. */
const seedValue = (seed: string): string | number => (/^(0|[1-9]\d{0,14})$/.test(seed) ? Number(seed) : seed);

type Value = string | number | boolean | null | Node | readonly Value[];

/** A map on one line. */
const flow = (map: Readonly<Record<string, Value>>): YAMLMap => flowPairs(Object.entries(map));

function flowPairs(entries: readonly (readonly [string, Value])[]): YAMLMap {
  const map = new YAMLMap();
  map.flow = true;
  // A key without a value, as in { cancel, at: 10 s }, is a pair without one, and not with null.
  map.items = entries.map(([key, value]) => new Pair(new Scalar(key), value === null ? null : nodeOf(value)));
  return map;
}

function nodeOf(value: Exclude<Value, null>): Node {
  if (typeof value !== 'object') return new Scalar(value);
  return isList(value) ? flowList(value) : value;
}

const isList = (value: Node | readonly Value[]): value is readonly Value[] => Array.isArray(value);

function flowList(values: readonly Value[]): YAMLSeq {
  const list = new YAMLSeq();
  list.flow = true;
  list.items = values.map((value) => (value === null ? new Scalar(null) : nodeOf(value)));
  return list;
}

function clusterKeys({ nodes, replication, placement, coordinator, host, stragglers }: ClusterSpec): object {
  const usual = nodes[0]!.hardware;
  const isPlain = nodes.every(
    ({ name, hardware }, i) =>
      name === `be-${i + 1}` && Object.keys(difference(hardware, usual)).length === 0,
  );
  return {
    nodes: isPlain ? nodes.length : groupsOf(nodes, usual),
    replication,
    placement,
    hardware: flow(hardwareKeys(usual)),
    coordinator: flow({
      message: timeText(coordinator.messageMs),
      persist: timeText(coordinator.persistMs),
      manifest: rateText(coordinator.manifestBytesPerSec),
    }),
    host: flow({
      nodes: host.nodesPerHost,
      cores: host.cores === Infinity ? 'unlimited' : host.cores,
      disk: rateText(host.diskBytesPerSec),
    }),
    stragglers: flow({ share: stragglers.share, slowdown: stragglers.slowdown }),
  };
}

/** Neighbours that are alike, one by one by their names. */
function groupsOf(nodes: readonly NodeSpec[], usual: NodeHardware): YAMLMap[] {
  const groups: {
    readonly names: string[];
    readonly own: Readonly<Record<string, string>>;
    readonly key: string;
  }[] = [];
  for (const { name, hardware } of nodes) {
    const own = difference(hardware, usual);
    const key = JSON.stringify(own);
    const last = groups.at(-1);
    if (last?.key === key) last.names.push(name);
    else groups.push({ names: [name], own, key });
  }
  return groups.map(({ names, own }) =>
    flow({ names, ...(Object.keys(own).length === 0 ? {} : { hardware: flow(own) }) }),
  );
}

const hardwareKeys = (hardware: NodeHardware): Readonly<Record<string, string>> => ({
  disk: rateText(hardware.diskBytesPerSec),
  hash: rateText(hardware.hashBytesPerSec),
  nic: rateText(hardware.nicBytesPerSec),
  link: timeText(hardware.linkMs),
  snapshot: timeText(hardware.snapshotMs),
});

function difference(hardware: NodeHardware, usual: NodeHardware): Readonly<Record<string, string>> {
  const expected = hardwareKeys(usual);
  return Object.fromEntries(
    Object.entries(hardwareKeys(hardware)).filter(([key, value]) => value !== expected[key]),
  );
}

function repositoryKeys({ name, type, readOnly, storage, isPlaced, limits }: RepositorySpec): object {
  const place =
    storage.kind === 's3'
      ? {
          ...(isPlaced
            ? { location: `s3://${storage.bucket}${storage.prefix === '' ? '' : `/${storage.prefix}`}` }
            : {}),
          ...(storage.endpoint === undefined ? {} : { endpoint: storage.endpoint }),
          region: storage.region,
          addressing: storage.addressing,
        }
      : storage.kind === 'local'
        ? { durable: storage.durable }
        : {};
  const { bundleBelowBytes } = storage;
  const bundling = bundleBelowBytes === undefined ? {} : { bundleFilesBelow: sizeText(bundleBelowBytes) };
  return { name, type, readOnly, ...place, ...bundling, ...limitKeys(limits, type) };
}

function limitKeys(limits: RepositoryLimits, type: RepositorySpec['type']): object {
  const { multipart, client } = limits;
  const parts = multipart
    ? flow({ part: sizeText(multipart.partBytes), parallel: multipart.parallel })
    : 'none';
  return {
    bandwidth: rateText(limits.bandwidthBytesPerSec),
    perConnection: rateText(limits.perConnectionBytesPerSec),
    latency: distributionKeys(limits.latencyMs, timeText),
    requestRate: requestRateText(limits.requestsPerSec),
    requestBurst: limits.requestBurst,
    ...(type === 's3' ? { multipart: parts } : {}),
    client: flow({
      request: timeText(client.requestMs),
      directory: timeText(client.directoryMs),
      bytes: rateText(client.bytesPerSec),
      ...bundledKeys(client),
    }),
  };
}

const bundledKeys = ({ bundled }: ClientCost): object =>
  bundled
    ? {
        bundled: flow({
          read: timeText(bundled.readMs),
          make: timeText(bundled.makeMs),
          sync: timeText(bundled.syncMs),
        }),
      }
    : {};

/** One value as it is, anything random as a map. `write` gives a value in its unit. */
function distributionKeys(distribution: Distribution, write: (value: number) => string | number): Value {
  switch (distribution.kind) {
    case 'fixed':
      return write(distribution.value);
    case 'uniform':
      return flow({ uniform: flow({ min: write(distribution.min), max: write(distribution.max) }) });
    case 'lognormal': {
      const { median, sigma } = distribution;
      return flow({ lognormal: flow({ median: write(median), sigma }) });
    }
    case 'pareto': {
      const { min, alpha, max } = distribution;
      const most = max === undefined ? {} : { max: write(max) };
      return flow({ pareto: flow({ min: write(min), alpha, ...most }) });
    }
    case 'histogram': {
      const buckets = distribution.buckets.map(({ min, max, weight }) =>
        flow({ from: write(min), to: write(max), weight }),
      );
      return flow({ histogram: flowList(buckets) });
    }
  }
}

const asCount = (value: number): number => value;

function tableKeys(table: TableSpec, nodeNames: readonly string[]): object {
  const { name, type, definition, partitions, rollups } = table;
  if (type !== 'OLAP') return { name, type, ...(definition === undefined ? {} : { definition }) };
  // What most partitions are like is the table's; the first that lists no shards stands for them.
  const usual = partitions.find(({ shards }) => shards === undefined);
  return {
    name,
    replication: table.replication,
    partitions: partitions.length === 0 ? 0 : partitions.map((each) => partitionKeys(each, usual, nodeNames)),
    ...(usual ? shapeKeys(usual) : {}),
    rollups: rollups.length === 0 ? 0 : flowList(rollups),
    rollupRatio: table.rollupRatio,
  };
}

const shapeKeys = ({
  buckets,
  filesPerShard,
  fileSizeBytes,
}: PartitionSpec): Readonly<Record<string, Value>> => ({
  buckets: distributionKeys(buckets, asCount),
  filesPerShard: distributionKeys(filesPerShard, asCount),
  fileSize: distributionKeys(fileSizeBytes, sizeText),
});

function partitionKeys(
  partition: PartitionSpec,
  usual: PartitionSpec | undefined,
  nodeNames: readonly string[],
): string | object {
  const { name, version, shards } = partition;
  if (shards) {
    const lines = shards.files.map((files, i) => {
      const nodes = shards.nodes[i]!.map((node) => nodeNames[node]!);
      return `${i + 1} ${shards.sizeBytes[i]!}B ${files} ${nodes.join(' ')}\n`;
    });
    return { name, version, shards: lines.join('') };
  }
  const expected = usual ? shapeKeys(usual) : {};
  const own = Object.entries(shapeKeys(partition)).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(expected[key]),
  );
  if (own.length === 0 && version === TABLE_DEFAULTS.version) return name;
  return flow({ name, version, ...Object.fromEntries(own) });
}

function engineKeys({ batching, ...engine }: Scenario['engine']): object {
  return {
    preset: engine.preset,
    tick: engine.tickMs === 0 ? 'none' : timeText(engine.tickMs),
    replicaPolicy: engine.replicaPolicy,
    snapshotWorkers: engine.snapshotWorkers,
    uploadWorkers: engine.uploadWorkers,
    downloadWorkers: engine.downloadWorkers,
    [batching.by === 'tasks' ? 'uploadTasksPerNode' : 'shardsPerTask']: batching.count,
    dispatch: engine.dispatch,
    order: engine.order,
    hashing: engine.hashing,
    probe: engine.probe,
    maxTaskAttempts: engine.maxTaskAttempts,
    requestRetries: engine.requestRetries,
    retryDelay: timeText(engine.retryDelayMs),
    failover: engine.failover,
    handOver: engine.handOver,
    checkSource: engine.checkSource,
    heartbeat: timeText(engine.heartbeatMs),
    lostAfter: timeText(engine.lostAfterMs),
    unsupportedTables: engine.unsupportedTables,
    defaultTimeout: timeText(engine.defaultTimeoutMs),
    minTimeout: timeText(engine.minTimeoutMs),
  };
}

/** A comment in lines that are not too long; its own line breaks stay. */
function commentLines(comment: string): string {
  const lines = comment
    .replaceAll(/[^\n\r -~\u00A0-\uFFFC]+/g, ' ')
    .split(/\r\n|[\r\n\u0085\u2028\u2029]/)
    .flatMap((paragraph) => {
      const broken: string[] = [''];
      for (const word of paragraph.split(' ')) {
        const line = broken.at(-1)!;
        if (line.length + 1 + word.length > COMMENT_COLUMNS && line !== '') broken.push(word);
        else broken[broken.length - 1] = line === '' ? word : `${line} ${word}`;
      }
      return broken;
    });
  return lines.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('');
}
