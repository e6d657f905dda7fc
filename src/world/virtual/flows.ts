import { capacitiesOf, type Capacities, type CapacitiesOptions } from './capacities.js';
import type { Clock } from './clock.js';
import { FLOW, FLOW_KINDS, kindOf, nodeOf, type FlowKind } from './flow-kind.js';
import { JobFlows } from './job-flows.js';
import { JointShares } from './joint-shares.js';

/** One flow's rate at one instant, for whoever watches. */
export interface FlowRate {
  readonly jobId: number;
  readonly node: number;
  readonly kind: FlowKind;
  readonly bytesPerMs: number;
}

/**
 * All bytes that are on their way, and all processor time that is being used: which flow completes next, and when. Exact
 * max-min fairness over disks, cores, cards, connections, the repository and what jobs may do: see docs/cost-model.md. Jobs
 * without limits of bytes have their flows together, others by themselves; while there are flows of several, all rates are
 * found together. Times are milliseconds.
 */
export class Flows {
  private readonly clock: Clock;
  private readonly capacities: Capacities;
  private readonly jobOf: (owner: number) => number;
  private readonly all: JobFlows[] = [];
  /** Of jobs that have, or had, limits of bytes. */
  private readonly byJob = new Map<number, JobFlows>();
  /** Of all others, if there were any. */
  private others: JobFlows | undefined;
  private joint: JointShares | undefined;
  private keepsAccounts = false;
  /** Flows began or ended, or limits changed, since several jobs' rates were found. */
  private stale = false;
  private next: JobFlows;
  /** When the next flow completes, if none starts or ends before; Infinity if there is none. Right after `settle`. */
  nextMs = Infinity;

  /** `jobOf(owner)`: whose flow it is; asked only once a job has limits. */
  constructor(clock: Clock, options: CapacitiesOptions, jobOf: (owner: number) => number) {
    this.clock = clock;
    this.capacities = capacitiesOf(options);
    this.jobOf = jobOf;
    this.next = this.others = this.make();
  }

  /** From now on the flows of a job through the repository may have so much between them, and those of each node so much. */
  limit(jobId: number, allPerMs: number, nodePerMs: number): void {
    const isLimited = Math.min(allPerMs, nodePerMs) < Infinity;
    const flows = this.byJob.get(jobId) ?? (isLimited ? this.setApart(jobId) : undefined);
    if (!flows) return;
    flows.limit(allPerMs, nodePerMs);
    this.stale = true;
  }

  /** A job without flows will have no more. */
  forget(jobId: number): void {
    const flows = this.byJob.get(jobId);
    if (!flows) return;
    this.byJob.delete(jobId);
    this.drop(flows);
    // Whoever is alone now is so without them, until there are some again.
    if (this.others?.size === 0) {
      this.drop(this.others);
      this.others = undefined;
    }
    if (this.all.length > 1) return;
    this.joint = undefined;
    for (const last of this.all) last.besides = false;
  }

  /** From now on, before any flow, accounts are kept of what holds flows back. */
  keepAccounts(): void {
    this.keepsAccounts = true;
    for (const flows of this.all) flows.keepAccounts();
  }

  /** Copies how long flows of this kind on this node were held back until now, by cause, to `to` from `at` on. */
  markAccount(owner: number, node: number, kind: FlowKind, to: Float64Array, at: number): void {
    this.of(owner).markAccount(node, kind, to, at);
  }

  /** Adds to `to`, from `at` on, how long they were held back since they were copied there from `mark` on. */
  addAccountSince(
    owner: number,
    node: number,
    kind: FlowKind,
    mark: number,
    to: Float64Array,
    at: number,
  ): void {
    this.of(owner).addAccountSince(node, kind, mark, to, at);
  }

  /** Whether flows of this kind on this node take the owner no time. */
  isFree(owner: number, node: number, kind: FlowKind): boolean {
    return this.of(owner).isFree(node, kind);
  }

  /** The bytes that stand for processor time. */
  processorBytes(node: number, ms: number): number {
    return ms / this.capacities.nodes[node]!.cost[FLOW.processor]!;
  }

  /** Finds out which flow completes next. To be called before time goes on. */
  settle(): void {
    const { all } = this;
    if (all.length > 1) this.shareOut();
    this.nextMs = Infinity;
    for (const flows of all) {
      flows.settle();
      if (flows.nextMs >= this.nextMs) continue;
      this.next = flows;
      this.nextMs = flows.nextMs;
    }
  }

  start(node: number, kind: FlowKind, owner: number, bytes: number): void {
    this.stale = true;
    this.of(owner).start(node, kind, owner, bytes);
  }

  /** Ends the flow that completes now, at `nextMs`, and returns its owner. */
  complete(): number {
    this.stale = true;
    return this.next.complete();
  }

  /** Ends a flow that is not wanted any more. */
  cancel(node: number, kind: FlowKind, owner: number): void {
    this.stale = true;
    this.of(owner).cancel(node, kind, owner);
  }

  /** The bytes that a flow still has before it now. */
  leftOf(owner: number, node: number, kind: FlowKind): number {
    return this.of(owner).leftOf(node, kind, owner);
  }

  /** The rates of all flows at this instant. Slow: for checks and charts. */
  rates(): FlowRate[] {
    this.settle();
    const lanes = Array.from({ length: this.capacities.nodes.length * FLOW_KINDS }, (_, lane) => lane);
    return this.all.flatMap((flows) =>
      lanes.flatMap((lane) =>
        flows.ownersIn(lane).map((owner) => ({
          jobId: this.jobOf(owner),
          node: nodeOf(lane),
          kind: kindOf(lane),
          bytesPerMs: flows.rateOf(lane),
        })),
      ),
    );
  }

  private of(owner: number): JobFlows {
    const own = this.byJob.size === 0 ? undefined : this.byJob.get(this.jobOf(owner));
    return own ?? (this.others ??= this.make());
  }

  private make(): JobFlows {
    const flows = new JobFlows(this.clock, this.capacities);
    if (this.keepsAccounts) flows.keepAccounts();
    this.all.push(flows);
    return flows;
  }

  private drop(flows: JobFlows): void {
    this.all.splice(this.all.indexOf(flows), 1);
    this.stale = true;
  }

  /** Has a job's flows, also those that are on their way, by themselves from now on. */
  private setApart(jobId: number): JobFlows {
    const isMeant = (owner: number): boolean => this.jobOf(owner) === jobId;
    const { others } = this;
    let flows: JobFlows;
    if (others?.owners().every(isMeant)) {
      flows = others;
      this.others = undefined;
    } else {
      flows = this.make();
      if (others) flows.takeOver(others, isMeant);
    }
    this.byJob.set(jobId, flows);
    return flows;
  }

  /** Where flows of several share something, finds all their rates together. */
  private shareOut(): void {
    if (!this.stale) return;
    this.stale = false;
    const busy = this.all.filter(({ size }) => size > 0);
    for (const flows of busy) flows.besides = busy.length > 1;
    if (busy.length < 2) return;
    if (this.joint?.jobs !== this.all.length) this.joint = new JointShares(this.capacities, this.all.length);
    this.joint.share(busy);
  }
}
