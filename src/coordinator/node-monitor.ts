import type { TaskKey, TaskStatus, World } from './world.js';

export interface MonitorOptions {
  readonly world: World;
  /** 1 where a node is taken to be there. */
  readonly nodeAlive: Uint8Array;
  readonly heartbeatMs: number;
  readonly lostAfterMs: number;
  readonly generation: () => number;
  /** Whether anybody needs to know: a job runs, or a node has still something to drop. */
  readonly isNeeded: () => boolean;
  /** The tasks that a node should have, and when each was sent. */
  readonly tasksOf: (node: number) => readonly (TaskKey & { readonly sentAtMs: number })[];
  readonly onStatus: (task: TaskKey, status: TaskStatus) => void;
  readonly onLost: (node: number) => void;
  readonly onBack: (node: number) => void;
}

/**
 * Asks nodes at regular times whether they are there and have what they were sent. What a node does not know was lost on its
 * way, or with the node's memory; what has ended and was not told is told now; a node that keeps silent is lost, until it
 * answers again. Without anything to wait for it asks nobody.
 */
export class NodeMonitor {
  private readonly options: MonitorOptions;
  private readonly heardAtMs: Float64Array;
  private isRunning = false;

  constructor(options: MonitorOptions) {
    this.options = options;
    this.heardAtMs = new Float64Array(options.nodeAlive.length);
  }

  /** Begins to ask, if that is needed. */
  wake(): void {
    const { world, heartbeatMs, isNeeded } = this.options;
    if (this.isRunning || world.isReliable || !isNeeded()) return;
    this.isRunning = true;
    this.heardAtMs.fill(world.now());
    this.askAll();
    world.wakeAt(world.now() + heartbeatMs, () => this.beat());
  }

  private beat(): void {
    const { world, nodeAlive, heartbeatMs, lostAfterMs, isNeeded, onLost } = this.options;
    if (!isNeeded()) {
      this.isRunning = false;
      return;
    }
    const nowMs = world.now();
    for (const [node, heardAtMs] of this.heardAtMs.entries())
      if (nodeAlive[node] && nowMs - heardAtMs > lostAfterMs) onLost(node);
    this.askAll();
    world.wakeAt(nowMs + heartbeatMs, () => this.beat());
  }

  private askAll(): void {
    for (const node of this.heardAtMs.keys()) this.ask(node);
  }

  private ask(node: number): void {
    const { world, generation, nodeAlive, heartbeatMs, tasksOf, onStatus, onBack } = this.options;
    // Of a node that was given up, nothing is waited for but its sweep: it is to stop whatever else it still does.
    const tasks = tasksOf(node);
    const askedAtMs = world.now();
    world.ask(node, generation(), tasks, (statuses) => {
      // An answer that comes late says nothing of now.
      this.heardAtMs[node] = Math.max(this.heardAtMs[node]!, askedAtMs);
      tasks.forEach((task, i) => {
        const status = statuses[i]!;
        // What was sent a moment ago may still be on its way.
        const isNew = askedAtMs - task.sentAtMs < heartbeatMs;
        if (status.state !== 'running' && !(status.state === 'unknown' && isNew)) onStatus(task, status);
      });
      if (!nodeAlive[node]) onBack(node);
    });
  }
}
