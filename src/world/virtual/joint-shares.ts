import type { Capacities } from './capacities.js';
import { CAUSE } from './cause.js';
import { Filling } from './filling.js';
import { FLOW_KINDS, kindOf, nodeOf, usesDisk, usesRepository } from './flow-kind.js';
import type { JobFlows } from './job-flows.js';

/**
 * What flows use, by number: all together the repository; those of a node, and with it of its host's first one, what is
 * named here; and those of a job what it may do, in all and on each node.
 */
const REPOSITORY = 0;
const DISK = 1;
const CARD = 2;
const HOST_DISK = 3;
const CORES = 4;
const PER_NODE = 4;
/** A flow's: one of each of those, and what its job may do in all and on its node. */
const USES = 7;

/**
 * The rates of all flows of several jobs, each of which may have limits, by progressive filling over everything there is
 * at once. Exact and simple, but slow: its time grows with all nodes, whatever happens on one of them.
 */
export class JointShares {
  /** Among how many jobs (all without limits being one) it can share. */
  readonly jobs: number;
  private readonly capacities: Capacities;
  private readonly filling: Filling;

  constructor(capacities: Capacities, jobs: number) {
    const nodes = capacities.nodes.length;
    this.jobs = jobs;
    this.capacities = capacities;
    this.filling = new Filling(jobs * nodes * FLOW_KINDS, 1 + PER_NODE * nodes + jobs * (1 + nodes), USES);
  }

  /** Gives each lane of these jobs its fair rate. */
  share(jobs: readonly JobFlows[]): void {
    const { filling } = this;
    const lanes = this.capacities.nodes.length * FLOW_KINDS;
    filling.begin();
    const classes: { readonly flows: JobFlows; readonly lane: number }[] = [];
    for (const [job, flows] of jobs.entries()) {
      for (let lane = 0; lane < lanes; lane++) {
        if (flows.flowsIn(lane) === 0) continue;
        this.add(flows, lane, job);
        classes.push({ flows, lane });
      }
    }
    filling.run();
    for (const [index, { flows, lane }] of classes.entries())
      flows.give(lane, filling.rate(index), this.causeOf(lane, filling.stop(index)));
  }

  private add(flows: JobFlows, lane: number, job: number): void {
    const { nodes, hosts, repository } = this.capacities;
    const node = nodeOf(lane);
    const kind = kindOf(lane);
    const { cap, cost, disk, nic } = nodes[node]!;
    const host = hosts[node]!;
    const index = this.filling.add(flows.flowsIn(lane), cap[kind]!);
    this.use(index, of(host.firstNode, CORES), host.cores, cost[kind]);
    if (usesDisk(kind)) {
      this.use(index, of(host.firstNode, HOST_DISK), host.disk);
      this.use(index, of(node, DISK), disk);
    }
    if (!usesRepository(kind)) return;
    this.use(index, of(node, CARD), nic);
    this.use(index, REPOSITORY, repository);
    const first = 1 + PER_NODE * nodes.length + job * (1 + nodes.length);
    this.use(index, first, flows.allPerMs);
    this.use(index, first + 1 + node, flows.nodePerMs);
  }

  private use(index: number, resource: number, capacity: number, perUnit = 1): void {
    this.filling.setCapacity(resource, capacity);
    if (capacity < Infinity) this.filling.use(index, resource, perUnit);
  }

  private causeOf(lane: number, stop: number): number {
    const { nodes, hosts } = this.capacities;
    if (stop === REPOSITORY) return CAUSE.bandwidth;
    if (stop > PER_NODE * nodes.length) return CAUSE.limits;
    if (stop > 0) return causeOfNode(((stop - 1) % PER_NODE) + 1);
    const cause = nodes[nodeOf(lane)]!.capCause[kindOf(lane)]!;
    // As in HostShares: threads with nothing to hold them back but themselves, on as many cores.
    const isFull = !this.filling.hasSpare(of(hosts[nodeOf(lane)]!.firstNode, CORES));
    return cause === CAUSE.workers && isFull ? CAUSE.cpu : cause;
  }
}

/** A resource of a node, or of the host whose first node it is. */
const of = (node: number, resource: number): number => PER_NODE * node + resource;

function causeOfNode(resource: number): number {
  if (resource === CORES) return CAUSE.cpu;
  return resource === CARD ? CAUSE.nic : CAUSE.disk;
}
