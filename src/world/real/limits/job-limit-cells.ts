import type { JobLimits } from '../../../job/index.js';
import type { NodeTask } from '../../../node/index.js';
import { LimitCells } from './limit-cells.js';
import type { LimitMemory } from './throttle.js';

interface Cells {
  readonly job: LimitCells;
  readonly nodes: readonly LimitCells[];
}

/** The limits of all jobs: every job has some cells from its first task on, so that it can be limited at any time. */
export class JobLimitCells {
  private readonly nodeCount: number;
  private readonly workersPerNode: number;
  private readonly byJob = new Map<number, Cells>();

  constructor(nodeCount: number, workersPerNode: number) {
    this.nodeCount = nodeCount;
    this.workersPerNode = workersPerNode;
  }

  change(jobId: number, { job, node }: JobLimits, nowNs: bigint): void {
    const cells = this.cellsOf(jobId);
    cells.job.change(job, nowNs);
    for (const own of cells.nodes) own.change(node, nowNs);
  }

  /** What a thread needs that does a task. The node comes first: who waits for its own node takes nothing from others. */
  of({ jobId, node }: Pick<NodeTask, 'jobId' | 'node'>): LimitMemory {
    const { job, nodes } = this.cellsOf(jobId);
    return [nodes[node]!.memory, job.memory];
  }

  /** Gives back what a task holds whose thread died. */
  free({ jobId, node }: Pick<NodeTask, 'jobId' | 'node'>, owner: number): void {
    const cells = this.byJob.get(jobId);
    if (cells) for (const { transfers } of [cells.nodes[node]!, cells.job]) transfers.leave(owner);
  }

  /** A job has no more tasks. */
  forget(jobId: number): void {
    this.byJob.delete(jobId);
  }

  private cellsOf(jobId: number): Cells {
    let cells = this.byJob.get(jobId);
    if (!cells) {
      const { nodeCount, workersPerNode } = this;
      const nodes = Array.from({ length: nodeCount }, () => LimitCells.for(workersPerNode));
      this.byJob.set(jobId, (cells = { job: LimitCells.for(nodeCount * workersPerNode), nodes }));
    }
    return cells;
  }
}
