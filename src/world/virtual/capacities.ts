import type { HostHardware, NodeHardware, RepositoryLimits } from '../hardware.js';
import { CAUSE } from './cause.js';
import { FLOW, hashes, usesRepository, type FlowKind } from './flow-kind.js';

/** What one node's flows are limited by: bytes per millisecond, and core-milliseconds a byte. */
export interface NodeCapacities {
  readonly disk: number;
  readonly nic: number;
  /** By kind of flow: what it takes of the cores, and what one flow can have at most. */
  readonly cost: readonly number[];
  readonly cap: readonly number[];
  /** By kind: the cause, where one flow has no more because of `cap`. */
  readonly capCause: readonly number[];
}

/** Nodes whose flows limit each other. */
export interface HostCapacities {
  readonly firstNode: number;
  readonly endNode: number;
  readonly disk: number;
  readonly cores: number;
  /** Its nodes share cores or a disk that can be full. */
  readonly isShared: boolean;
}

export interface CapacitiesOptions {
  readonly nodes: readonly NodeHardware[];
  readonly host: HostHardware;
  readonly repository: RepositoryLimits;
  /** Flows that need a processor which a node can have at once, at most. */
  readonly threadsPerNode: number;
}

/** What the flows of a world can have at most: bytes per millisecond, and cores. */
export interface Capacities {
  readonly nodes: readonly NodeCapacities[];
  /** By node. */
  readonly hosts: readonly HostCapacities[];
  readonly repository: number;
}

const perMs = (bytesPerSec: number): number => bytesPerSec / 1000;

export function capacitiesOf({ nodes, host, repository, threadsPerNode }: CapacitiesOptions): Capacities {
  const known = new Map<NodeHardware, NodeCapacities>();
  return {
    nodes: nodes.map((hardware) => {
      const capacities = known.get(hardware) ?? nodeCapacities(hardware, repository);
      known.set(hardware, capacities);
      return capacities;
    }),
    hosts: hostCapacities(nodes.length, host, threadsPerNode),
    repository: perMs(repository.bandwidthBytesPerSec),
  };
}

function nodeCapacities(
  hardware: NodeHardware,
  { perConnectionBytesPerSec, client }: RepositoryLimits,
): NodeCapacities {
  const { hashBytesPerSec, coreHashBytesPerSec = hashBytesPerSec } = hardware;
  const hashCost = 1 / perMs(coreHashBytesPerSec);
  const sendCost = 1 / perMs(client.bytesPerSec);
  const cost: number[] = [];
  cost[FLOW.hash] = hashCost;
  cost[FLOW.put] = sendCost;
  cost[FLOW.putHash] = hashCost + sendCost;
  // As much of the processor as hashing; where that is free, a byte stands for a millisecond.
  cost[FLOW.processor] = hashCost > 0 ? hashCost : 1;
  cost[FLOW.rehash] = hashCost;
  const connection = perMs(perConnectionBytesPerSec);
  const cap = cost.map((perByte, kind) =>
    Math.min(
      1 / perByte,
      hashes(kind as FlowKind) ? perMs(hashBytesPerSec) : Infinity,
      usesRepository(kind as FlowKind) ? connection : Infinity,
    ),
  );
  const capCause = cap.map((most, kind) =>
    usesRepository(kind as FlowKind) && most === connection ? CAUSE.connection : CAUSE.workers,
  );
  return { disk: perMs(hardware.diskBytesPerSec), nic: perMs(hardware.nicBytesPerSec), cost, cap, capCause };
}

/** By node, its host; nodes whose hosts have more of everything than they can use are on their own. */
function hostCapacities(nodes: number, host: HostHardware, threadsPerNode: number): HostCapacities[] {
  const coresCanBeFull = host.cores < threadsPerNode * Math.min(nodes, host.nodesPerHost);
  const cores = coresCanBeFull ? host.cores : Infinity;
  const diskBytesPerMs = perMs(host.diskBytesPerSec);
  const isShared = coresCanBeFull || (host.nodesPerHost > 1 && diskBytesPerMs < Infinity);
  const size = isShared ? host.nodesPerHost : 1;
  const hosts: HostCapacities[] = [];
  for (let firstNode = 0; firstNode < nodes; firstNode += size) {
    const endNode = Math.min(nodes, firstNode + size);
    const capacities = {
      firstNode,
      endNode,
      disk: diskBytesPerMs,
      cores,
      isShared,
    };
    for (let node = firstNode; node < endNode; node++) hosts.push(capacities);
  }
  return hosts;
}
