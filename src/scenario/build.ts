import { plural } from '../base/text.js';
import type { EngineSettings } from '../job/settings.js';
import { limitsWith, NO_LIMITS, type JobLimits, type Limits } from '../job/limits.js';
import type { S3StorageSpec, StorageSpec } from '../repository/index.js';
import type {
  CoordinatorHardware,
  HostHardware,
  Multipart,
  NodeHardware,
  RepositoryLimits,
} from '../world/hardware.js';
import { bundledCost } from './bundled-cost.js';
import { buildFaults } from './build-faults.js';
import { buildDatabases } from './build-tables.js';
import { PRESETS } from './presets.js';
import { cannotHold, type Report } from './report.js';
import type { ClusterSpec, NodeSpec, RepositorySpec, Scenario } from './scenario.js';
import {
  MAX_NODES,
  S3_LOCATION,
  type ClusterInput,
  type EngineInput,
  type NodeGroupInput,
  type ScenarioInput,
} from './schema.js';

const DEFAULT_REPLICATION = 3;
const DEFAULT_GROUP = 'be';
/** What the S3 storage of real runs does: see repository/storage/s3/settings.ts. */
const DEFAULT_PART_BYTES = 8 * 2 ** 20;
const DEFAULT_PARALLEL = 2;
/** S3 itself takes no more in one request, so nobody can do without parts altogether. */
const MAX_REQUEST_BYTES = 5 * 2 ** 30;

/** Applies presets and defaults and checks what a schema cannot; the result is good only if nothing was reported. */
export function buildScenario(
  input: ScenarioInput,
  defaults: { readonly name: string; readonly statementLine: number },
  report: Report,
): Scenario {
  const cluster = buildCluster(input.cluster, report);
  const restoreNodes = input.restore.nodes ?? Math.min(cluster.nodes.length + 1, MAX_NODES);
  const { replication } = input.restore;
  if (replication > restoreNodes) {
    report(
      [
        ['restore', 'replication'],
        ['restore', 'nodes'],
      ],
      cannotHold(restoreNodes, replication),
    );
  }
  const databases = buildDatabases(input.databases, cluster, report);
  const faults = buildFaults(input.faults, { cluster, databases }, report);
  return {
    name: input.name ?? defaults.name,
    description: input.description.trim(),
    seed: String(input.seed),
    cluster,
    repository: buildRepository(input.repository, report),
    databases,
    engine: buildEngine(input.engine, report),
    statement: { text: input.statement.trimEnd(), line: defaults.statementLine },
    restore: { nodes: restoreNodes, replication },
    ...(faults.length > 0 ? { faults } : {}),
    ...(input.window === undefined ? {} : { windowMs: input.window }),
  };
}

function buildCluster(input: ClusterInput, report: Report): ClusterSpec {
  const nodes = buildNodes(input, report);
  const replication = input.replication ?? Math.min(DEFAULT_REPLICATION, nodes.length);
  if (replication > nodes.length) {
    report(
      [
        ['cluster', 'replication'],
        ['cluster', 'nodes'],
      ],
      cannotHold(nodes.length, replication),
      `replication can be at most ${nodes.length} here`,
    );
  }
  return {
    nodes,
    replication,
    placement: input.placement,
    coordinator: buildCoordinator(input.coordinator),
    host: buildHost(input.host, nodes.length),
    stragglers: input.stragglers,
  };
}

const buildCoordinator = (input: ClusterInput['coordinator']): CoordinatorHardware => ({
  messageMs: input.message,
  persistMs: input.persist,
  manifestBytesPerSec: input.manifest,
});

const buildHost = (input: ClusterInput['host'], nodes: number): HostHardware => ({
  nodesPerHost: input.nodes === 'all' ? Math.max(1, nodes) : input.nodes,
  cores: input.cores === 'unlimited' ? Infinity : input.cores,
  diskBytesPerSec: input.disk,
});

function buildNodes({ nodes, hardware }: ClusterInput, report: Report): NodeSpec[] {
  const groups: readonly NodeGroupInput[] =
    typeof nodes === 'number' ? [{ count: nodes, hardware: {} }] : nodes;
  const total = groups.reduce((sum, group) => sum + (group.names?.length ?? group.count ?? 0), 0);
  if (total > MAX_NODES) {
    report(
      [['cluster', 'nodes']],
      `${plural(total, 'node')} are too many: at most ${plural(MAX_NODES, 'node')} can be simulated`,
    );
    return [];
  }
  const seen = new Set<string>();
  return groups.flatMap((group, i) => {
    const names = nodeNames(group, i, report);
    const twice = firstTwice(names, seen);
    if (twice !== undefined) {
      report(
        [['cluster', 'nodes', i, group.names ? 'names' : 'name']],
        `two nodes are named ${twice}`,
        'give each group a name of its own',
      );
    }
    const own: NodeHardware = {
      diskBytesPerSec: group.hardware.disk ?? hardware.disk,
      hashBytesPerSec: group.hardware.hash ?? hardware.hash,
      nicBytesPerSec: group.hardware.nic ?? hardware.nic,
      linkMs: group.hardware.link ?? hardware.link,
      snapshotMs: group.hardware.snapshot ?? hardware.snapshot,
    };
    return names.map((name) => ({ name, hardware: own }));
  });
}

/** The first name that was seen already; they all are afterwards. */
function firstTwice(names: readonly string[], seen: Set<string>): string | undefined {
  let twice: string | undefined;
  for (const name of names) {
    if (seen.has(name)) twice ??= name;
    seen.add(name);
  }
  return twice;
}

function nodeNames({ name, names, count }: NodeGroupInput, group: number, report: Report): readonly string[] {
  const path = ['cluster', 'nodes', group];
  if (names !== undefined) {
    for (const [key, value] of Object.entries({ name, count }))
      if (value !== undefined) report([[...path, key]], `nodes that are named one by one have no ${key}`);
    return names;
  }
  if (count === undefined) {
    report([path], 'a group of nodes needs a count, or names', 'for example count: 4');
    return [];
  }
  return Array.from({ length: count }, (_, node) => `${name ?? DEFAULT_GROUP}-${node + 1}`);
}

function buildRepository(input: ScenarioInput['repository'], report: Report): RepositorySpec {
  const limits: RepositoryLimits = {
    bandwidthBytesPerSec: input.bandwidth,
    perConnectionBytesPerSec: input.perConnection,
    latencyMs: input.latency,
    requestsPerSec: input.requestRate,
    requestBurst: input.requestBurst,
    multipart: buildMultipart(input),
    client: {
      requestMs: input.client.request,
      directoryMs: input.client.directory,
      bytesPerSec: input.client.bytes,
      ...bundledCost(input.client),
    },
  };
  const { name, type, readOnly } = input;
  if (type === 's3') {
    return {
      name,
      type,
      readOnly,
      limits,
      storage: s3Storage(input),
      isPlaced: input.location !== undefined,
    };
  }
  for (const key of ['location', 'endpoint', 'addressing', 'multipart'] as const) {
    if (input[key] === undefined) continue;
    const message = `${key} is of an S3 repository, and this one is of type local`;
    const isPlace = key !== 'multipart';
    report(
      [['repository', key]],
      message,
      isPlace ? 'add type: s3, or give drill run a --repository' : 'add type: s3',
    );
  }
  const storage = { kind: 'local', directory: '', durable: input.durable, ...bundling(input) } as const;
  return { name, type, readOnly, limits, storage, isPlaced: true };
}

/** As the S3 storage of real runs does, unless told otherwise; other storages take a file in one piece. */
function buildMultipart({ type, multipart }: ScenarioInput['repository']): Multipart | undefined {
  if (type !== 's3') return undefined;
  if (multipart === 'none') return { partBytes: MAX_REQUEST_BYTES, parallel: 1 };
  return {
    partBytes: Math.round(multipart?.part ?? DEFAULT_PART_BYTES),
    parallel: multipart?.parallel ?? DEFAULT_PARALLEL,
  };
}

function s3Storage(input: ScenarioInput['repository']): S3StorageSpec {
  const { location, endpoint, region, addressing } = input;
  const [, bucket = '', prefix = ''] = S3_LOCATION.exec(location ?? '') ?? [];
  const isPath = (addressing ?? (endpoint === undefined ? 'virtual-hosted' : 'path')) === 'path';
  return {
    kind: 's3',
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    bucket,
    prefix,
    addressing: isPath ? 'path' : 'virtual-hosted',
    ...bundling(input),
  };
}

const bundling = ({
  bundleFilesBelow,
}: ScenarioInput['repository']): Pick<StorageSpec, 'bundleBelowBytes'> =>
  bundleFilesBelow === undefined ? {} : { bundleBelowBytes: Math.round(bundleFilesBelow) };

/** With less, a node would stop what it does between two questions. */
const MIN_HEARTBEATS = 3;

function buildEngine(input: EngineInput, report: Report): Scenario['engine'] {
  const { preset, tick, uploadTasksPerNode, shardsPerTask, defaultTimeout, minTimeout, ...rest } = input;
  const { retryDelay, heartbeat, lostAfter, limits, ...same } = rest;
  if (uploadTasksPerNode !== undefined && shardsPerTask !== undefined) {
    report(
      [
        ['engine', 'shardsPerTask'],
        ['engine', 'uploadTasksPerNode'],
      ],
      'shardsPerTask and uploadTasksPerNode exclude each other',
      'the first fixes the size of a task, the second the number of tasks: keep one',
    );
  }
  const base = PRESETS[preset];
  const settings: EngineSettings = {
    ...base,
    ...definedOf(same),
    ...(tick === undefined ? {} : { tickMs: tick === 'none' ? 0 : tick }),
    ...(uploadTasksPerNode === undefined
      ? {}
      : { batching: { by: 'tasks', count: uploadTasksPerNode } as const }),
    ...(shardsPerTask === undefined ? {} : { batching: { by: 'shards', count: shardsPerTask } as const }),
    ...(defaultTimeout === undefined ? {} : { defaultTimeoutMs: defaultTimeout }),
    ...(minTimeout === undefined ? {} : { minTimeoutMs: minTimeout }),
    ...(retryDelay === undefined ? {} : { retryDelayMs: retryDelay }),
    ...(heartbeat === undefined ? {} : { heartbeatMs: heartbeat }),
    ...(lostAfter === undefined ? {} : { lostAfterMs: lostAfter }),
    ...(limits ? { limits: buildLimits(limits) } : {}),
  };
  if (settings.lostAfterMs < MIN_HEARTBEATS * settings.heartbeatMs) {
    report(
      [
        ['engine', 'lostAfter'],
        ['engine', 'heartbeat'],
      ],
      `lostAfter must be at least ${MIN_HEARTBEATS} heartbeats`,
      'a node works for half of lostAfter without being asked, and must be asked before that',
    );
  }
  return { preset, ...settings };
}

type LimitsInput = Exclude<EngineInput['limits'], undefined>;

const buildLimits = ({ perNode, ...job }: LimitsInput): JobLimits =>
  limitsWith(NO_LIMITS, { job: limitsOf(job), node: limitsOf(perNode ?? {}) });

const limitsOf = ({ bytes, requests, concurrency }: Omit<LimitsInput, 'perNode'>): Limits =>
  definedOf({ bytesPerSec: bytes, requestsPerSec: requests, transfers: concurrency });

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are there and undefined, which would overwrite a preset's. */
function definedOf<T extends object>(input: T): Defined<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>;
}
