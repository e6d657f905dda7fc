import type { Answer, JobContext, Outcome, World } from '../../../coordinator/index.js';
import { NodeAgent, type NodeTask, type TaskReport } from '../../../node/index.js';
import type { Clock } from '../clock.js';
import type { NodeWork } from '../node-work.js';
import type { Witness } from '../witness.js';
import type { Weather } from './weather.js';

export interface NodeLinksOptions {
  readonly clock: Clock;
  readonly weather: Weather;
  readonly work: NodeWork;
  readonly nodeCount: number;
  readonly messageMs: number;
  /** How long a node works without being asked. */
  readonly leaseMs: number;
  readonly after: (ms: number, callback: () => void) => void;
  readonly witness: Witness | undefined;
}

/** How often a node looks at its lease, as a share of it. */
const LEASE_CHECK = 0.25;

interface Host {
  agent: NodeAgent<Outcome<TaskReport>>;
  isUp: boolean;
  /** Which of its lives this is: what was meant for an earlier one does not reach it. */
  life: number;
  watchesLease: boolean;
}

/** The messages between coordinator and nodes where these can be lost, and the nodes' memory of them. */
export class NodeLinks {
  private readonly options: NodeLinksOptions;
  private readonly hosts: readonly Host[];
  private sent = 0;

  constructor(options: NodeLinksOptions) {
    this.options = options;
    this.hosts = Array.from({ length: options.nodeCount }, () => ({
      agent: new NodeAgent(options.leaseMs),
      isUp: true,
      life: 0,
      watchesLease: false,
    }));
  }

  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>, leavesInMs: number): void {
    const ordinal = this.sent++;
    this.deliver(task.node, leavesInMs, () => this.receive(task, job, answer, ordinal));
  }

  ask(...[node, generation, tasks, answer]: Parameters<World['ask']>): void {
    const ordinal = this.sent++;
    this.deliver(node, 0, () => {
      const { clock, witness } = this.options;
      const told = this.hosts[node]!.agent.ask(generation, ordinal, tasks, clock.nowMs);
      if (!told) return;
      witness?.({ kind: 'asked', atMs: clock.nowMs, node });
      this.stop(node, told.stop);
      this.reply(node, () => answer(told.statuses));
    });
  }

  abort(jobId: number): void {
    const ordinal = this.sent++;
    for (const node of this.hosts.keys())
      this.deliver(node, 0, () => this.stop(node, this.hosts[node]!.agent.abort(jobId, ordinal)));
  }

  isUp(node: number): boolean {
    return this.hosts[node]!.isUp;
  }

  /** The node dies; what it remembers of coordinators is on its disk, if it keeps that. */
  crash(node: number, disk: 'kept' | 'lost'): void {
    const host = this.hosts[node]!;
    this.options.work.stop((running) => running.task.node === node);
    host.agent = new NodeAgent(this.options.leaseMs, disk === 'kept' ? host.agent.knownGeneration : 0);
    host.isUp = false;
    host.life++;
  }

  revive(node: number): void {
    this.hosts[node]!.isUp = true;
  }

  private receive(task: NodeTask, job: JobContext, answer: Answer<TaskReport>, ordinal: number): void {
    const { clock, work } = this.options;
    const { node } = task;
    const { agent } = this.hosts[node]!;
    const { verdict, outcome, stop } = agent.receive(task, job.generation, ordinal, clock.nowMs);
    this.stop(node, stop);
    if (verdict === 'answer again') this.reply(node, () => answer(outcome!));
    if (verdict !== 'begin') return;
    this.watchLease(node);
    const { life } = this.hosts[node]!;
    const ended: Answer<TaskReport> = (result) => {
      const host = this.hosts[node]!;
      if (host.life !== life || !host.agent.end(task, result)) return;
      this.reply(node, () => answer(result));
    };
    work.send(task, job, ended, 0);
  }

  /** To a node: it must be there and in reach when the message leaves and when it arrives, in the same life. */
  private deliver(node: number, leavesInMs: number, act: () => void): void {
    const { weather, messageMs, after } = this.options;
    const host = this.hosts[node]!;
    const { life } = host;
    for (const lateMs of this.fatesOf(node)) {
      after(leavesInMs + messageMs + lateMs, () => {
        if (host.isUp && host.life === life && !weather.isCutOff(node, 'coordinator')) act();
      });
    }
  }

  /** To the coordinator: whether anybody is there to hear is its own matter. */
  private reply(node: number, act: () => void): void {
    const { weather, messageMs, after } = this.options;
    for (const lateMs of this.fatesOf(node)) {
      after(messageMs + lateMs, () => {
        if (!weather.isCutOff(node, 'coordinator')) act();
      });
    }
  }

  private fatesOf(node: number): number[] {
    const { weather, witness, clock } = this.options;
    const fates = weather.fates(node);
    if (witness && fates.length !== 1)
      witness({ kind: 'message', atMs: clock.nowMs, node, fate: fates.length === 0 ? 'lost' : 'twice' });
    else if (witness && fates[0]! > 0) witness({ kind: 'message', atMs: clock.nowMs, node, fate: 'late' });
    return fates;
  }

  private stop(node: number, tasks: readonly NodeTask[]): void {
    if (tasks.length === 0) return;
    const stopped = new Set(tasks);
    this.options.work.stop(({ task }) => task.node === node && stopped.has(task));
  }

  /** Has the node stop what nobody has asked about for too long. */
  private watchLease(node: number): void {
    const host = this.hosts[node]!;
    if (host.watchesLease) return;
    host.watchesLease = true;
    this.options.after(this.options.leaseMs * LEASE_CHECK, () => {
      host.watchesLease = false;
      this.stop(node, host.agent.expire(this.options.clock.nowMs));
      if (!host.agent.isIdle) this.watchLease(node);
    });
  }
}
