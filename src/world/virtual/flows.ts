import { FLOW_KINDS, kindOf, laneOf, nodeOf, usesRepository, type FlowKind } from './flow-kind.js';
import { HostShares, type HostSharesOptions } from './host-shares.js';
import { SharedRate } from './shared-rate.js';

/** One flow's rate at one instant, for whoever watches. */
export interface FlowRate {
  readonly node: number;
  readonly kind: FlowKind;
  readonly bytesPerMs: number;
}

const NO_LIMITS: ReadonlyMap<number, number> = new Map();

/**
 * All bytes that are on their way, and all processor time that is being used: which flow completes next, and when. Exact
 * max-min fairness over disks, cores, cards, connections and the repository: see docs/cost-model.md. Times are
 * milliseconds, and time only goes on.
 */
export class Flows {
  private readonly shares: HostShares;
  private readonly rate: SharedRate;
  private readonly isUnlimited: Uint8Array;
  /** Of the host being looked at: what its lanes may have. */
  private limits = NO_LIMITS;
  /** The first lanes of hosts on which the repository, holding some flows back, leaves more to others. */
  private readonly mixed = new Set<number>();
  private mixedLevel = Infinity;

  constructor(options: HostSharesOptions) {
    const capacity = options.repository.bandwidthBytesPerSec / 1000;
    this.rate = new SharedRate(
      capacity,
      (lane, flows) => this.limits.get(lane) ?? this.shares.limitAlone(lane, flows),
      (lane) => usesRepository(kindOf(lane)),
    );
    this.shares = new HostShares(options, (lane) => this.rate.flowsIn(lane));
    this.isUnlimited = Uint8Array.from({ length: options.nodes.length * FLOW_KINDS }, (_, lane) =>
      this.shares.isFree(lane) && (capacity === Infinity || !usesRepository(kindOf(lane))) ? 1 : 0,
    );
  }

  /** Whether flows of this kind take no time on this node. */
  isFree(node: number, kind: FlowKind): boolean {
    return this.isUnlimited[laneOf(node, kind)] === 1;
  }

  /** The bytes that stand for processor time. */
  processorBytes(node: number, ms: number): number {
    return this.shares.processorBytes(node, ms);
  }

  /** When the next flow completes, if none starts or ends before; Infinity if there is none. */
  nextMs(nowMs: number): number {
    const { nextMs } = this.rate;
    if (this.mixed.size === 0 || this.rate.level === this.mixedLevel) return nextMs;
    this.mixedLevel = this.rate.level;
    // What the repository holds back does not depend on this: so once is enough.
    for (const lane of this.mixed) this.share(lane, nowMs);
    return this.rate.nextMs;
  }

  start(node: number, kind: FlowKind, owner: number, bytes: number, nowMs: number): void {
    const lane = laneOf(node, kind);
    this.rate.start(lane, owner, bytes, nowMs);
    if (this.shares.isEntangled(lane)) this.share(lane, nowMs);
  }

  /** Ends the flow that completes at `nowMs`, which `nextMs` gave, and returns its owner. */
  complete(nowMs: number): number {
    const lane = this.rate.nextLane;
    const owner = this.rate.complete(nowMs);
    if (this.shares.isEntangled(lane)) this.share(lane, nowMs);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(node: number, kind: FlowKind, owner: number, nowMs: number): void {
    const lane = laneOf(node, kind);
    this.rate.cancel(lane, owner, nowMs);
    if (this.shares.isEntangled(lane)) this.share(lane, nowMs);
  }

  /** The rates of all flows at this instant. Slow: for checks and charts. */
  rates(nowMs: number): FlowRate[] {
    this.nextMs(nowMs);
    const rates: FlowRate[] = [];
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      const bytesPerMs = this.rate.rateOf(lane);
      for (let i = 0; i < this.rate.flowsIn(lane); i++)
        rates.push({ node: nodeOf(lane), kind: kindOf(lane), bytesPerMs });
    }
    return rates;
  }

  /** Gives each lane of a host its limit anew. */
  private share(lane: number, nowMs: number): void {
    const [first, end] = this.shares.lanesBeside(lane);
    const limits = this.shares.limits(lane, Infinity);
    let sending = false;
    let others = false;
    for (const at of limits.keys()) {
      if (usesRepository(kindOf(at))) sending = true;
      else others = true;
    }
    if (sending && others) {
      this.mixed.add(first);
      this.limits = withLevel(limits, this.shares.limits(lane, this.mixedLevel));
    } else {
      this.mixed.delete(first);
      this.limits = limits;
    }
    for (let at = first; at < end; at++) this.rate.refresh(at, nowMs);
    this.limits = NO_LIMITS;
  }
}

/** What the repository holds back has the limit that its host gives it; what is left to others depends on the level. */
function withLevel(
  limits: ReadonlyMap<number, number>,
  atLevel: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  return new Map(
    [...limits].map(([lane, limit]) => [lane, usesRepository(kindOf(lane)) ? limit : atLevel.get(lane)!]),
  );
}
