import type { Capacities } from './capacities.js';
import { CAUSE } from './cause.js';
import type { Clock } from './clock.js';
import { FLOW, FLOW_KINDS, kindOf, laneOf, nodeOf, usesRepository, type FlowKind } from './flow-kind.js';
import { HostShares } from './host-shares.js';
import { SharedRate } from './shared-rate.js';

/**
 * The flows of one job, or of all that have no limits of bytes: which one completes next, and when. Exact max-min fairness
 * over disks, cores, cards, connections, the repository and what the job may do, as long as no others share them; beside
 * others, at the rates that they are given (`besides`). Times are milliseconds.
 */
export class JobFlows {
  private readonly shares: HostShares;
  private readonly rate: SharedRate;
  private readonly repositoryPerMs: number;
  private readonly isUnlimited: Uint8Array;
  /** What they may have between them, and what those of each node may. */
  allPerMs = Infinity;
  nodePerMs = Infinity;
  /** Whether the limits of the lanes that are asked for were found together with those of their host's others. */
  private areFilled = false;
  /** Whether all limits are given to them: there are others. */
  private areBeside = false;
  /** The first lanes of hosts on which the repository, holding some flows back, leaves more to others. */
  private readonly mixed = new Set<number>();
  private mixedLevel = Infinity;
  /** Whether flows of one lane can limit those of another: not before the first one that both reads and sends. */
  private canEntangle: boolean;
  /** How many there are. */
  size = 0;

  constructor(clock: Clock, capacities: Capacities) {
    this.repositoryPerMs = capacities.repository;
    const lanes = capacities.nodes.length * FLOW_KINDS;
    this.rate = new SharedRate(
      clock,
      this.repositoryPerMs,
      lanes,
      (lane, flows) => (this.areFilled ? this.shares.limit[lane]! : this.shares.limitAlone(lane, flows)),
      (lane) => usesRepository(kindOf(lane)),
    );
    this.shares = new HostShares(capacities, (lane) => this.rate.flowsIn(lane));
    this.canEntangle = this.shares.areHostsShared;
    this.isUnlimited = new Uint8Array(lanes);
    this.findUnlimited();
  }

  /** When the next flow completes, if none starts or ends before; Infinity if there is none. Right after `settle`. */
  get nextMs(): number {
    return this.rate.nextMs;
  }

  /** From now on those through the repository may have so much between them, and those of each node so much. */
  limit(allPerMs: number, nodePerMs: number): void {
    this.allPerMs = allPerMs;
    this.nodePerMs = nodePerMs;
    this.shares.limitSending(nodePerMs);
    this.findUnlimited();
    if (!this.areBeside) this.shareAlone();
  }

  /** Whether there are flows of other jobs now, besides which each lane is told what it may have (`give`). */
  set besides(areBeside: boolean) {
    if (areBeside === this.areBeside) return;
    this.areBeside = areBeside;
    this.areFilled = areBeside;
    if (areBeside) {
      this.mixed.clear();
      this.rate.setCapacity(Infinity, CAUSE.bandwidth);
    } else this.shareAlone();
  }

  /** What each flow of a lane has beside others, and what holds it back. */
  give(lane: number, perMs: number, cause: number): void {
    this.shares.limit[lane] = perMs;
    this.shares.limitCause[lane] = cause;
    this.rate.refresh(lane);
  }

  flowsIn(lane: number): number {
    return this.rate.flowsIn(lane);
  }

  ownersIn(lane: number): number[] {
    return this.rate.ownersIn(lane);
  }

  rateOf(lane: number): number {
    return this.rate.rateOf(lane);
  }

  /** The bytes that a flow still has before it now. */
  leftOf(node: number, kind: FlowKind, owner: number): number {
    return this.rate.leftOf(laneOf(node, kind), owner);
  }

  /** Takes over those flows of others whose owners are meant; has none yet. */
  takeOver(others: JobFlows, isMeant: (owner: number) => boolean): void {
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      const owners = others.rate.ownersIn(lane).filter((owner) => isMeant(owner));
      if (owners.length > 0) this.rate.inheritAccount(lane, others.rate);
      for (const owner of owners) {
        const bytes = others.rate.leftOf(lane, owner);
        others.cancel(nodeOf(lane), kindOf(lane), owner);
        this.start(nodeOf(lane), kindOf(lane), owner, bytes);
      }
    }
  }

  /** Whose they are. */
  owners(): number[] {
    return Array.from(this.isUnlimited).flatMap((_, lane) => this.rate.ownersIn(lane));
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
  }

  start(node: number, kind: FlowKind, owner: number, bytes: number): void {
    const lane = laneOf(node, kind);
    this.size++;
    this.rate.start(lane, owner, bytes);
    if (kind === FLOW.putHash) this.canEntangle = true;
    this.changed(lane);
  }

  /** Ends the flow that completes now, at `nextMs`, and returns its owner. */
  complete(): number {
    const lane = this.rate.nextLane;
    this.size--;
    const owner = this.rate.complete();
    this.changed(lane);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(node: number, kind: FlowKind, owner: number): void {
    const lane = laneOf(node, kind);
    this.size--;
    this.rate.cancel(lane, owner);
    this.changed(lane);
  }

  private get capacityPerMs(): number {
    return Math.min(this.repositoryPerMs, this.allPerMs);
  }

  private findUnlimited(): void {
    const capacity = this.capacityPerMs;
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      const isShared = capacity < Infinity && usesRepository(kindOf(lane));
      this.isUnlimited[lane] = this.shares.isFree(lane) && !isShared ? 1 : 0;
    }
  }

  /** Has all share what there is, and what they may have, with nobody else. */
  private shareAlone(): void {
    const { rate, shares } = this;
    rate.setCapacity(
      this.capacityPerMs,
      this.allPerMs < this.repositoryPerMs ? CAUSE.limits : CAUSE.bandwidth,
    );
    for (let lane = 0; lane < this.isUnlimited.length; lane++) {
      if (rate.flowsIn(lane) === 0) continue;
      if (this.canEntangle && shares.isEntangled(lane)) this.share(lane);
      else rate.refresh(lane);
    }
  }

  /** A flow of a lane has begun or ended. */
  private changed(lane: number): void {
    if (!this.areBeside && this.canEntangle && this.shares.isEntangled(lane)) this.share(lane);
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
