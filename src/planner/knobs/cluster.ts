import { formatCount, formatDuration, formatRate } from '../../base/units.js';
import type { NodeSpec, Scenario } from '../../scenario/index.js';
import type { NodeHardware } from '../../world/hardware.js';
import type { Cause } from '../../world/outlook.js';
import { scaled, type Knob } from './knob.js';

/** How many times as many nodes and workers are tried as "very many". */
export const VERY_MANY = 16;
/** More nodes than these are not looked at. */
const MOST_NODES = 5000;
const MOST_RATE = 1e12;
const TYPICAL_RATE = 1e9;

/** What any node does in parallel with the others. */
const NODE_CAUSES: readonly Cause[] = [
  'disk',
  'cpu',
  'workers',
  'nic',
  'connection',
  'latency',
  'snapshot',
  'imbalance',
];

/** More nodes, like the last one; the data is spread over all of them. */
const nodes = scaled(
  { path: 'cluster.nodes', label: 'nodes', eases: NODE_CAUSES },
  {
    value: ({ cluster }) => cluster.nodes.length,
    set: withNodes,
    format: (count) => formatCount(count),
    better: 'more',
    isWhole: true,
    least: 1,
    most: MOST_NODES,
    typical: 4,
    leastFor: mostCopies,
    end: ({ cluster }) => Math.min(MOST_NODES, cluster.nodes.length * VERY_MANY),
    // Where each shard lies is given, there is nothing to spread.
    matters: (scenario) => !hasGivenShards(scenario),
  },
);

/** Whether any partition's shards are listed one by one, with the nodes that they are on. */
export const hasGivenShards = ({ databases }: Scenario): boolean =>
  databases.some(({ tables }) =>
    tables.some(({ partitions }) => partitions.some(({ shards }) => shards !== undefined)),
  );

/** Each copy of a shard is on a node of its own. */
function mostCopies({ cluster, databases }: Scenario): number {
  const tables = databases.flatMap((database) => database.tables);
  return tables.reduce((copies, { replication }) => Math.max(copies, replication), cluster.replication);
}

function withNodes(scenario: Scenario, count: number): Scenario {
  const { cluster } = scenario;
  const last = cluster.nodes.at(-1)!;
  const taken = new Set(cluster.nodes.map(({ name }) => name));
  const made: NodeSpec[] = cluster.nodes.slice(0, count);
  for (let i = made.length + 1; made.length < count; i++) {
    const name = `${last.name.replace(/-\d+$/, '')}-${i}`;
    if (!taken.has(name)) made.push({ name, hardware: last.hardware });
  }
  return { ...scenario, cluster: { ...cluster, nodes: made } };
}

type Rate = 'diskBytesPerSec' | 'nicBytesPerSec' | 'hashBytesPerSec';

const withHardware = (scenario: Scenario, change: (hardware: NodeHardware) => NodeHardware): Scenario => {
  const changed = new Map<NodeHardware, NodeHardware>();
  const made = scenario.cluster.nodes.map(({ name, hardware }): NodeSpec => {
    // Nodes of a group share one object, and are to share one still: there may be thousands.
    if (!changed.has(hardware)) changed.set(hardware, change(hardware));
    return { name, hardware: changed.get(hardware)! };
  });
  return { ...scenario, cluster: { ...scenario.cluster, nodes: made } };
};

/** The slowest nodes' rate: these are set to another, and with them those that would be slower then. */
const least = ({ cluster }: Scenario, key: keyof NodeHardware): number =>
  cluster.nodes.reduce((sofar, { hardware }) => Math.min(sofar, hardware[key] ?? Infinity), Infinity);

const most = ({ cluster }: Scenario, key: 'linkMs' | 'snapshotMs'): number =>
  cluster.nodes.reduce((sofar, { hardware }) => Math.max(sofar, hardware[key]), 0);

const nodeRate = (key: Rate, path: string, label: string, eases: readonly Cause[]): Knob =>
  scaled(
    { path, label, eases },
    {
      value: (scenario) => least(scenario, key),
      set: (scenario, rate) => {
        const slowest = least(scenario, key);
        return withHardware(scenario, (hardware) => ({
          ...hardware,
          [key]: hardware[key] === slowest ? rate : Math.max(rate, hardware[key]),
          ...(key === 'hashBytesPerSec' && hardware.coreHashBytesPerSec !== undefined
            ? { coreHashBytesPerSec: Math.max(rate, hardware.coreHashBytesPerSec) }
            : {}),
        }));
      },
      format: formatRate,
      better: 'more',
      isWhole: false,
      least: 1,
      most: MOST_RATE,
      typical: TYPICAL_RATE,
      end: () => Infinity,
    },
  );

const links: Knob = scaled(
  { path: 'cluster.hardware.link', label: 'time of one hard link', eases: ['snapshot'] },
  {
    value: (scenario) => most(scenario, 'linkMs'),
    set: (scenario, linkMs) => {
      const slowest = most(scenario, 'linkMs');
      return withHardware(scenario, (hardware) => ({
        ...hardware,
        linkMs: hardware.linkMs === slowest ? linkMs : Math.min(linkMs, hardware.linkMs),
      }));
    },
    format: formatDuration,
    better: 'less',
    isWhole: false,
    least: 0,
    most: 1000,
    typical: 0.1,
    finest: 1e-4,
    end: () => 0,
  },
);

const cores = scaled(
  { path: 'cluster.host.cores', label: 'cores of a host', eases: ['cpu'] },
  {
    value: ({ cluster }) => cluster.host.cores,
    set: (scenario, count) => ({
      ...scenario,
      cluster: { ...scenario.cluster, host: { ...scenario.cluster.host, cores: count } },
    }),
    format: (count) => (count === Infinity ? 'unlimited' : formatCount(count)),
    better: 'more',
    isWhole: true,
    least: 1,
    most: 1024,
    typical: 16,
    end: () => Infinity,
  },
);

const hostDisk = scaled(
  { path: 'cluster.host.disk', label: 'disk of a host', eases: ['disk'] },
  {
    value: ({ cluster }) => cluster.host.diskBytesPerSec,
    set: (scenario, rate) => ({
      ...scenario,
      cluster: { ...scenario.cluster, host: { ...scenario.cluster.host, diskBytesPerSec: rate } },
    }),
    format: formatRate,
    better: 'more',
    isWhole: false,
    least: 1,
    most: MOST_RATE,
    typical: TYPICAL_RATE,
    end: () => Infinity,
  },
);

/** Slow nodes as fast as the others. */
const stragglers: Knob = {
  path: 'cluster.stragglers.share',
  label: 'slow nodes',
  eases: ['disk', 'cpu', 'workers', 'nic', 'snapshot', 'imbalance'],
  now: ({ cluster }) => {
    const { share, slowdown } = cluster.stragglers;
    return `${formatCount(Math.round(share * cluster.nodes.length))}, ${slowdown} times as slow`;
  },
  step: (scenario) => {
    const { cluster } = scenario;
    const { share, slowdown } = cluster.stragglers;
    if (Math.round(share * cluster.nodes.length) === 0 || slowdown <= 1) return undefined;
    return {
      scenario: { ...scenario, cluster: { ...cluster, stragglers: { share: 0, slowdown } } },
      to: 'none',
    };
  },
  end: () => undefined,
};

export const CLUSTER_KNOBS: readonly Knob[] = [
  nodes,
  nodeRate('diskBytesPerSec', 'cluster.hardware.disk', 'disk of a node', ['disk']),
  nodeRate('nicBytesPerSec', 'cluster.hardware.nic', 'network card of a node', ['nic']),
  nodeRate('hashBytesPerSec', 'cluster.hardware.hash', 'hashing of a thread', ['workers', 'cpu']),
  links,
  cores,
  hostDisk,
  stragglers,
];
