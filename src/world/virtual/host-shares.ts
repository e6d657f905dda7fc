import type { Capacities, HostCapacities, NodeCapacities } from './capacities.js';
import { CAUSE } from './cause.js';
import { Filling } from './filling.js';
import { FLOW, FLOW_KINDS, kindOf, laneOf, nodeOf, usesDisk, usesRepository } from './flow-kind.js';

/** Resources of a host in its filling; those of its nodes, a disk and a card each, come after them. */
const CORES = 0;
const HOST_DISK = 1;
const HOST_RESOURCES = 2;
/** A flow's: both of its host, and both of its node. */
const USES = 4;

/** How much the flows of a host leave each other: the limit of each lane, were the repository not to hold anything back. */
export class HostShares {
  private readonly nodes: readonly NodeCapacities[];
  private readonly cells: readonly HostCapacities[];
  /** Whether nodes share cores or a disk that can be full. */
  readonly areHostsShared: boolean;
  private readonly flowsIn: (lane: number) => number;
  /** What the flows of a node that go through the repository may have between them besides, whatever its card gives. */
  private sentPerMs = Infinity;
  /** By lane: what one flow can have at most, and what all of them have between them. */
  private readonly capOf: Float64Array;
  private readonly sharedBy: Float64Array;
  /** By lane: what one flow can have at most beside the host's other flows, as `fill` found it. */
  readonly limit: Float64Array;
  /** By lane: the cause of `limit`. */
  readonly limitCause: Uint8Array;
  private readonly filling: Filling;
  /** The lanes whose classes are in the filling, in their order. */
  private readonly filled: Int32Array;
  private filledLanes = 0;
  /** By resource: whether flows use it that go through the repository, and whether others do. */
  private readonly sent: Uint8Array;
  private readonly kept: Uint8Array;

  /** `flowsIn(lane)`: how many flows there are now. */
  constructor({ nodes, hosts }: Capacities, flowsIn: (lane: number) => number) {
    this.nodes = nodes;
    this.cells = hosts;
    this.flowsIn = flowsIn;
    this.areHostsShared = this.cells.some(({ isShared }) => isShared);
    this.capOf = Float64Array.from(
      { length: nodes.length * FLOW_KINDS },
      (_, lane) => this.nodes[nodeOf(lane)]!.cap[kindOf(lane)]!,
    );
    this.sharedBy = this.capOf.map((_, lane) => this.sharedByFlows(lane));
    this.limit = new Float64Array(this.capOf.length);
    this.limitCause = new Uint8Array(this.capOf.length);
    const { firstNode, endNode } = this.cells[0]!;
    const lanes = (endNode - firstNode) * FLOW_KINDS;
    this.filling = new Filling(lanes, this.resources(0, lanes), USES);
    this.filled = new Int32Array(lanes);
    this.sent = new Uint8Array(this.resources(0, lanes));
    this.kept = new Uint8Array(this.resources(0, lanes));
  }

  /** Whether a flow takes no time as far as its host goes. */
  isFree(lane: number): boolean {
    const { disk, cap, cost } = this.nodes[nodeOf(lane)]!;
    const nic = this.sendingOf(nodeOf(lane));
    const { disk: hostDisk, cores } = this.cells[nodeOf(lane)]!;
    const kind = kindOf(lane);
    const reads = usesDisk(kind) && Math.min(disk, hostDisk) < Infinity;
    const computes = cost[kind]! > 0 && cores < Infinity;
    return cap[kind] === Infinity && !reads && !computes && !(usesRepository(kind) && nic < Infinity);
  }

  /** From now on the flows of a node that go through the repository may have so much between them. */
  limitSending(bytesPerMs: number): void {
    this.sentPerMs = bytesPerMs;
    for (let lane = 0; lane < this.sharedBy.length; lane++) this.sharedBy[lane] = this.sharedByFlows(lane);
  }

  /** Whether a change in this lane can change the limits of others (or of itself, for another reason than its number). */
  isEntangled(lane: number): boolean {
    const node = nodeOf(lane);
    if (this.areHostsShared) return true;
    switch (kindOf(lane)) {
      case FLOW.processor:
      case FLOW.rehash:
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
   * Finds the limits of all lanes of a host that have flows. True if what the repository holds back of some of them is
   * left to others, which then have to be found anew with `fillLeft`.
   */
  fill(lane: number): boolean {
    this.fillHost(lane, Infinity);
    const [first, end] = this.lanesBeside(lane);
    for (let i = 0; i < this.filledLanes; i++) this.take(i);
    for (let resource = 0; resource < this.resources(first, end); resource++) {
      if (this.filling.isFull(resource) && this.sent[resource] === 1 && this.kept[resource] === 1)
        return true;
    }
    return false;
  }

  /** Finds the limits of those lanes of a host that do not use the repository, whose flows have at most `level` each. */
  fillLeft(lane: number, level: number): void {
    this.fillHost(lane, level);
    for (let i = 0; i < this.filledLanes; i++) {
      if (!usesRepository(kindOf(this.filled[i]!))) this.take(i);
    }
  }

  /** What one of a lane's flows is held back by beside the host's other flows, as `fill` found it. */
  causeBeside(lane: number): number {
    return this.limitCause[lane]!;
  }

  /** The same where nothing else on its host can limit it: see `limitAlone`. */
  causeAlone(lane: number, flows: number): number {
    const { disk, capCause } = this.nodes[nodeOf(lane)]!;
    const nic = this.sendingOf(nodeOf(lane));
    const kind = kindOf(lane);
    if (this.capOf[lane]! <= this.sharedBy[lane]! / flows) return capCause[kind]!;
    const isCard =
      usesRepository(kind) && (!usesDisk(kind) || nic < Math.min(disk, this.cells[nodeOf(lane)]!.disk));
    return isCard ? this.causeOfSending(nodeOf(lane)) : CAUSE.disk;
  }

  /** Takes over what the filling found for its class `index`. */
  private take(index: number): void {
    const lane = this.filled[index]!;
    this.limit[lane] = this.filling.rate(index);
    this.limitCause[lane] = this.causeOfStop(lane, this.filling.stop(index));
  }

  private causeOfStop(lane: number, stop: number): number {
    if (stop < 0) {
      const cause = this.nodes[nodeOf(lane)]!.capCause[kindOf(lane)]!;
      // Threads with nothing to hold them back but themselves, on as many cores: more threads would do no more.
      return cause === CAUSE.workers && !this.filling.hasSpare(CORES) ? CAUSE.cpu : cause;
    }
    if (stop === CORES) return CAUSE.cpu;
    const isCard = stop >= HOST_RESOURCES && (stop - HOST_RESOURCES) % 2 === 1;
    return isCard ? this.causeOfSending(nodeOf(lane)) : CAUSE.disk;
  }

  private fillHost(lane: number, level: number): void {
    const { filling } = this;
    const [first, end] = this.lanesBeside(lane);
    const host = this.cells[nodeOf(lane)]!;
    filling.begin();
    filling.setCapacity(CORES, host.cores);
    filling.setCapacity(HOST_DISK, host.disk);
    this.sent.fill(0);
    this.kept.fill(0);
    this.filledLanes = 0;
    for (let at = first; at < end; at++) {
      const flows = this.flowsIn(at);
      if (flows === 0) continue;
      const kind = kindOf(at);
      const sends = usesRepository(kind);
      const { disk, cost } = this.nodes[nodeOf(at)]!;
      const nodeDisk = HOST_RESOURCES + 2 * (nodeOf(at) - host.firstNode);
      filling.setCapacity(nodeDisk, disk);
      filling.setCapacity(nodeDisk + 1, this.sendingOf(nodeOf(at)));
      const index = filling.add(flows, sends ? Math.min(this.capOf[at]!, level) : this.capOf[at]!);
      this.use(index, CORES, cost[kind]!, sends);
      if (usesDisk(kind)) {
        this.use(index, HOST_DISK, 1, sends);
        this.use(index, nodeDisk, 1, sends);
      }
      if (sends) this.use(index, nodeDisk + 1, 1, sends);
      this.filled[this.filledLanes++] = at;
    }
    filling.run();
  }

  private use(index: number, resource: number, perUnit: number, sends: boolean): void {
    if (perUnit === 0) return;
    this.filling.use(index, resource, perUnit);
    (sends ? this.sent : this.kept)[resource] = 1;
  }

  private resources(firstLane: number, endLane: number): number {
    return HOST_RESOURCES + (2 * (endLane - firstLane)) / FLOW_KINDS;
  }

  private sharedByFlows(lane: number): number {
    const { disk } = this.nodes[nodeOf(lane)]!;
    const kind = kindOf(lane);
    const hostDisk = this.cells[nodeOf(lane)]!.disk;
    return Math.min(
      usesDisk(kind) ? Math.min(disk, hostDisk) : Infinity,
      usesRepository(kind) ? this.sendingOf(nodeOf(lane)) : Infinity,
    );
  }

  /** What a node's flows through the repository have between them: its card, or what its job may do. */
  private sendingOf(node: number): number {
    return Math.min(this.nodes[node]!.nic, this.sentPerMs);
  }

  private causeOfSending(node: number): number {
    return this.sentPerMs < this.nodes[node]!.nic ? CAUSE.limits : CAUSE.nic;
  }
}
