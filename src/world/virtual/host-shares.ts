import type { HostHardware, NodeHardware, RepositoryLimits } from '../hardware.js';
import { fill, type FlowClass, type Resource } from './filling.js';
import {
  FLOW,
  FLOW_KINDS,
  kindOf,
  laneOf,
  nodeOf,
  usesDisk,
  usesRepository,
  type FlowKind,
} from './flow-kind.js';

export interface HostSharesOptions {
  readonly nodes: readonly NodeHardware[];
  readonly host: HostHardware;
  readonly repository: RepositoryLimits;
  /** Flows that need a processor which a node can have at once, at most. */
  readonly threadsPerNode: number;
}

/** What one node's flows are limited by, in bytes per millisecond and core-milliseconds a byte. */
interface NodeShares {
  readonly disk: Resource;
  readonly nic: Resource;
  /** By kind of flow: what it takes of the cores, and what one flow can have at most. */
  readonly cost: readonly number[];
  readonly cap: readonly number[];
}

/** Nodes whose flows limit each other. */
interface Cell {
  readonly firstNode: number;
  readonly endNode: number;
  readonly disk: Resource;
  readonly cores: Resource;
  /** Its nodes share cores or a disk that can be full. */
  readonly isShared: boolean;
}

const perMs = (bytesPerSec: number): number => bytesPerSec / 1000;

/** How much the flows of a host leave each other: the limit of each lane, were the repository not to hold anything back. */
export class HostShares {
  private readonly nodes: readonly NodeShares[];
  private readonly cells: readonly Cell[];
  /** Whether nodes share cores or a disk that can be full. */
  readonly areHostsShared: boolean;
  private readonly flowsIn: (lane: number) => number;
  /** By lane: what one flow can have at most, and what all of them have between them. */
  private readonly capOf: Float64Array;
  private readonly sharedBy: Float64Array;

  /** `flowsIn(lane)`: how many flows there are now. */
  constructor(
    { nodes, host, repository, threadsPerNode }: HostSharesOptions,
    flowsIn: (lane: number) => number,
  ) {
    this.flowsIn = flowsIn;
    const known = new Map<NodeHardware, NodeShares>();
    this.nodes = nodes.map((hardware) => {
      const shares = known.get(hardware) ?? sharesOf(hardware, repository);
      known.set(hardware, shares);
      return { ...shares, disk: { ...shares.disk }, nic: { ...shares.nic } };
    });
    this.cells = cellsOf(nodes.length, host, threadsPerNode);
    this.areHostsShared = this.cells.some(({ isShared }) => isShared);
    this.capOf = Float64Array.from(
      { length: nodes.length * FLOW_KINDS },
      (_, lane) => this.nodes[nodeOf(lane)]!.cap[kindOf(lane)]!,
    );
    this.sharedBy = this.capOf.map((_, lane) => this.sharedByFlows(lane));
  }

  /** Whether a flow takes no time as far as its host goes. */
  isFree(lane: number): boolean {
    const { disk, nic, cap, cost } = this.nodes[nodeOf(lane)]!;
    const { disk: hostDisk, cores } = this.cells[nodeOf(lane)]!;
    const kind = kindOf(lane);
    const reads = usesDisk(kind) && Math.min(disk.capacity, hostDisk.capacity) < Infinity;
    const computes = cost[kind]! > 0 && cores.capacity < Infinity;
    return (
      cap[kind] === Infinity && !reads && !computes && !(usesRepository(kind) && nic.capacity < Infinity)
    );
  }

  /** Of the processor's work, in the bytes that stand for it. */
  processorBytes(node: number, ms: number): number {
    return ms / this.nodes[node]!.cost[FLOW.processor]!;
  }

  /** Whether a change in this lane can change the limits of others (or of itself, for another reason than its number). */
  isEntangled(lane: number): boolean {
    const node = nodeOf(lane);
    if (this.areHostsShared) return true;
    switch (kindOf(lane)) {
      case FLOW.processor:
        return false;
      case FLOW.putHash:
        return this.flowsIn(laneOf(node, FLOW.hash)) > 0 || this.flowsIn(laneOf(node, FLOW.put)) > 0;
      default:
        return this.flowsIn(laneOf(node, FLOW.putHash)) > 0;
    }
  }

  /** The limit of one of `flows` flows in a lane that nothing else on its host can limit. */
  limitAlone(lane: number, flows: number): number {
    return Math.min(this.capOf[lane]!, this.sharedBy[lane]! / flows);
  }

  /** The first lane of those that share a host with this one, and the end of them. */
  lanesBeside(lane: number): readonly [number, number] {
    const { firstNode, endNode } = this.cells[nodeOf(lane)]!;
    return [firstNode * FLOW_KINDS, endNode * FLOW_KINDS];
  }

  /**
   * By lane of the host: what each of its flows may have, where flows through the repository have at most `level` each.
   * Of those, take the limit at a level of Infinity: the repository's own sharing holds them back.
   */
  limits(lane: number, level: number): ReadonlyMap<number, number> {
    const { cores, disk: hostDisk } = this.cells[nodeOf(lane)]!;
    const [first, end] = this.lanesBeside(lane);
    const lanes: number[] = [];
    const classes: FlowClass[] = [];
    for (let at = first; at < end; at++) {
      const flows = this.flowsIn(at);
      if (flows === 0) continue;
      const { disk, nic, cap, cost } = this.nodes[nodeOf(at)]!;
      const kind = kindOf(at);
      const uses = [{ resource: cores, perUnit: cost[kind]! }];
      if (usesDisk(kind)) uses.push({ resource: disk, perUnit: 1 }, { resource: hostDisk, perUnit: 1 });
      if (usesRepository(kind)) uses.push({ resource: nic, perUnit: 1 });
      lanes.push(at);
      classes.push({ flows, cap: usesRepository(kind) ? Math.min(cap[kind]!, level) : cap[kind]!, uses });
    }
    const rates = fill(classes);
    return new Map(lanes.map((at, i) => [at, rates[i]!]));
  }

  private sharedByFlows(lane: number): number {
    const { disk, nic } = this.nodes[nodeOf(lane)]!;
    const kind = kindOf(lane);
    const hostDisk = this.cells[nodeOf(lane)]!.disk;
    return Math.min(
      usesDisk(kind) ? Math.min(disk.capacity, hostDisk.capacity) : Infinity,
      usesRepository(kind) ? nic.capacity : Infinity,
    );
  }
}

function sharesOf(
  hardware: NodeHardware,
  { perConnectionBytesPerSec, client }: RepositoryLimits,
): NodeShares {
  const hashCost = 1 / perMs(hardware.hashBytesPerSec);
  const sendCost = 1 / perMs(client.bytesPerSec);
  const cost: number[] = [];
  cost[FLOW.hash] = hashCost;
  cost[FLOW.put] = sendCost;
  cost[FLOW.putHash] = hashCost + sendCost;
  // As much of the processor as hashing; where that is free, a byte stands for a millisecond.
  cost[FLOW.processor] = hashCost > 0 ? hashCost : 1;
  const connection = perMs(perConnectionBytesPerSec);
  const cap = cost.map((perByte, kind) =>
    Math.min(1 / perByte, usesRepository(kind as FlowKind) ? connection : Infinity),
  );
  const resource = (bytesPerSec: number): Resource => ({ capacity: perMs(bytesPerSec) });
  return { disk: resource(hardware.diskBytesPerSec), nic: resource(hardware.nicBytesPerSec), cost, cap };
}

/** By node, its host; nodes whose hosts have more of everything than they can use are on their own. */
function cellsOf(nodes: number, host: HostHardware, threadsPerNode: number): Cell[] {
  const coresCanBeFull = host.cores < threadsPerNode * Math.min(nodes, host.nodesPerHost);
  const cores = coresCanBeFull ? host.cores : Infinity;
  const diskBytesPerMs = perMs(host.diskBytesPerSec);
  const isShared = coresCanBeFull || (host.nodesPerHost > 1 && diskBytesPerMs < Infinity);
  const size = isShared ? host.nodesPerHost : 1;
  const cells: Cell[] = [];
  for (let firstNode = 0; firstNode < nodes; firstNode += size) {
    const endNode = Math.min(nodes, firstNode + size);
    const cell = {
      firstNode,
      endNode,
      disk: { capacity: diskBytesPerMs },
      cores: { capacity: cores },
      isShared,
    };
    for (let node = firstNode; node < endNode; node++) cells.push(cell);
  }
  return cells;
}
