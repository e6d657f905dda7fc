import { CAUSE } from './cause.js';
import type { Clock } from './clock.js';
import { FLOW, FLOW_KINDS, kindOf, laneOf, nodeOf, usesRepository, type FlowKind } from './flow-kind.js';
import { HostShares, type HostSharesOptions } from './host-shares.js';
import { SharedRate } from './shared-rate.js';

/** One flow's rate at one instant, for whoever watches. */
export interface FlowRate {
  readonly node: number;
  readonly kind: FlowKind;
  readonly bytesPerMs: number;
}

/**
 * All bytes that are on their way, and all processor time that is being used: which flow completes next, and when. Exact
 * max-min fairness over disks, cores, cards, connections and the repository: see docs/cost-model.md. Times are
 * milliseconds.
 */
export class Flows {
  private readonly shares: HostShares;
  private readonly rate: SharedRate;
  private readonly repositoryPerMs: number;
  private readonly isUnlimited: Uint8Array;
  /** Whether the limits of the lanes that are asked for were found together with those of their host's others. */
  private areFilled = false;
  /** The first lanes of hosts on which the repository, holding some flows back, leaves more to others. */
  private readonly mixed = new Set<number>();
  private mixedLevel = Infinity;
  /** Whether flows of one lane can limit those of another: not before the first one that both reads and sends. */
  private canEntangle: boolean;
  /** When the next flow completes, if none starts or ends before; Infinity if there is none. Right after `settle`. */
  nextMs = Infinity;

  constructor(clock: Clock, options: HostSharesOptions) {
    const capacity = options.repository.bandwidthBytesPerSec / 1000;
    this.repositoryPerMs = capacity;
    this.rate = new SharedRate(
      clock,
      capacity,
      options.nodes.length * FLOW_KINDS,
      (lane, flows) => (this.areFilled ? this.shares.limit[lane]! : this.shares.limitAlone(lane, flows)),
      (lane) => usesRepository(kindOf(lane)),
    );
    this.shares = new HostShares(options, (lane) => this.rate.flowsIn(lane));
    this.canEntangle = this.shares.areHostsShared;
    this.isUnlimited = new Uint8Array(options.nodes.length * FLOW_KINDS);
    this.findUnlimited(capacity);
  }

  /** From now on the flows through the repository may have so much between them, and those of each node so much. */
  limit(allPerMs: number, nodePerMs: number): void {
    const { rate, shares } = this;
    const capacity = Math.min(this.repositoryPerMs, allPerMs);
    rate.setCapacity(capacity, allPerMs < this.repositoryPerMs ? CAUSE.limits : CAUSE.bandwidth);
    shares.limitSending(nodePerMs);
    this.findUnlimited(capacity);
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      if (rate.flowsIn(lane) === 0) continue;
      if (this.canEntangle && shares.isEntangled(lane)) this.share(lane);
      else rate.refresh(lane);
    }
  }

  /** From now on, before any flow, accounts are kept of what holds flows back. */
  keepAccounts(): void {
    const { shares } = this;
    this.rate.keepAccounts((lane, flows) =>
      this.areFilled ? shares.causeBeside(lane) : shares.causeAlone(lane, flows),
    );
  }

  /** Copies how long flows of this kind on this node were held back until now, by cause, to `to` from `at` on. */
  markAccount(node: number, kind: FlowKind, to: Float64Array, at: number): void {
    this.rate.chargedAccounts(laneOf(node, kind)).read(laneOf(node, kind), to, at);
  }

  /** Adds to `to`, from `at` on, how long they were held back since they were copied there from `mark` on. */
  addAccountSince(node: number, kind: FlowKind, mark: number, to: Float64Array, at: number): void {
    this.rate.chargedAccounts(laneOf(node, kind)).addSince(laneOf(node, kind), mark, to, at);
  }

  /** Whether flows of this kind take no time on this node. */
  isFree(node: number, kind: FlowKind): boolean {
    return this.isUnlimited[laneOf(node, kind)] === 1;
  }

  /** The bytes that stand for processor time. */
  processorBytes(node: number, ms: number): number {
    return this.shares.processorBytes(node, ms);
  }

  /** Finds out which flow completes next. To be called before time goes on. */
  settle(): void {
    const { rate } = this;
    rate.settle();
    if (this.mixed.size > 0 && rate.level !== this.mixedLevel) {
      this.mixedLevel = rate.level;
      // What the repository holds back does not depend on this: so once is enough.
      for (const lane of this.mixed) {
        this.shares.fillLeft(lane, rate.level);
        this.refresh(...this.shares.lanesBeside(lane));
      }
      rate.settle();
    }
    this.nextMs = rate.nextMs;
  }

  start(node: number, kind: FlowKind, owner: number, bytes: number): void {
    const lane = laneOf(node, kind);
    this.rate.start(lane, owner, bytes);
    if (kind === FLOW.putHash) this.canEntangle = true;
    if (this.canEntangle && this.shares.isEntangled(lane)) this.share(lane);
  }

  /** Ends the flow that completes now, at `nextMs`, and returns its owner. */
  complete(): number {
    const lane = this.rate.nextLane;
    const owner = this.rate.complete();
    if (this.canEntangle && this.shares.isEntangled(lane)) this.share(lane);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(node: number, kind: FlowKind, owner: number): void {
    const lane = laneOf(node, kind);
    this.rate.cancel(lane, owner);
    if (this.canEntangle && this.shares.isEntangled(lane)) this.share(lane);
  }

  /** The rates of all flows at this instant. Slow: for checks and charts. */
  rates(): FlowRate[] {
    this.settle();
    const rates: FlowRate[] = [];
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      const bytesPerMs = this.rate.rateOf(lane);
      for (let i = 0; i < this.rate.flowsIn(lane); i++)
        rates.push({ node: nodeOf(lane), kind: kindOf(lane), bytesPerMs });
    }
    return rates;
  }

  private findUnlimited(capacity: number): void {
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      const isShared = capacity < Infinity && usesRepository(kindOf(lane));
      this.isUnlimited[lane] = this.shares.isFree(lane) && !isShared ? 1 : 0;
    }
  }

  /** Gives each lane of a host its limit anew. */
  private share(lane: number): void {
    const [first, end] = this.shares.lanesBeside(lane);
    if (this.shares.fill(lane)) {
      this.mixed.add(first);
      if (this.mixedLevel < Infinity) this.shares.fillLeft(lane, this.mixedLevel);
    } else this.mixed.delete(first);
    this.refresh(first, end);
  }

  private refresh(first: number, end: number): void {
    this.areFilled = true;
    for (let at = first; at < end; at++) this.rate.refresh(at);
    this.areFilled = false;
  }
}
