import { setMaxListeners } from 'node:events';
import type { Piscina } from 'piscina';
import { DrillError, revive } from '../../base/errors.js';
import { startThreads } from '../../world/real/threads.js';
import type { ProbeAnswer, ProbeTask } from './probe-tasks.js';

export interface Timed {
  /** Of all threads, milliseconds. */
  readonly samplesMs: readonly number[];
  readonly wallMs: number;
  /** Processor time of the whole process meanwhile. */
  readonly processorMs: number;
}

const PROBE_WORKER = new URL('./probe-worker.js', import.meta.url);
const MICROSECONDS_PER_MS = 1000;

export const interrupted = (): DrillError =>
  new DrillError('INTERRUPTED', 'the calibration was interrupted, and nothing of it is left');

/** Threads like those of the engine's nodes, for probes. */
export class Prober {
  private readonly pool: Piscina;
  private readonly signal: AbortSignal;

  constructor(threads: number, signal: AbortSignal) {
    this.signal = AbortSignal.any([signal]);
    // Each task of a pool listens.
    setMaxListeners(0, this.signal);
    this.pool = startThreads(PROBE_WORKER, { minThreads: threads, maxThreads: threads });
  }

  /** Has each task done by a thread of its own, all at once. Throws INTERRUPTED at once when the signal comes. */
  async measure(tasks: readonly ProbeTask[]): Promise<Timed> {
    if (this.signal.aborted) throw interrupted();
    const before = process.cpuUsage();
    const startMs = performance.now();
    const answers = await this.run(tasks);
    const wallMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(before);
    return { samplesMs: answers.flat(), wallMs, processorMs: (user + system) / MICROSECONDS_PER_MS };
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async run(tasks: readonly ProbeTask[]): Promise<readonly (readonly number[])[]> {
    const { signal } = this;
    const all = tasks.map((task) => this.pool.run(task, { signal }) as Promise<ProbeAnswer>);
    // What failed for one thread must not go on in another while everything is cleaned up: so all are waited for.
    const ended = await Promise.allSettled(all);
    if (signal.aborted) throw interrupted();
    return ended.map((end) => {
      if (end.status === 'rejected') throw end.reason;
      if (!end.value.ok) throw revive(end.value.error);
      return end.value.samplesMs;
    });
  }
}
