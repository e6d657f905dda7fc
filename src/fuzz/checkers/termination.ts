import type { Seen } from '../../world/virtual/witness.js';
import { Checker, type Final } from '../checker.js';
import type { JobLog } from '../job-log.js';
import type { Scene } from '../scene.js';

/** Of the coordinator's own doings: a message, a journal's write or two. */
const SLACK_MS = 100;

/**
 * Every job ends within its timeout, a tick, and the time in which there was no coordinator: one that begins takes jobs up once
 * every node has answered or is given up, which takes as long as messages get lost. From one coordinator to the next, time is the
 * calendar's: where that was put back meanwhile, a job may take as much longer.
 */
export class Termination extends Checker {
  readonly name = 'termination';
  readonly kinds = ['coordinator', 'fault'] as const;
  private readonly scene: Scene;
  private readonly log: JobLog;
  /** From when to when messages were lost or late. */
  private readonly lossy: { readonly fromMs: number; readonly toMs: number }[] = [];
  private readonly putBack: { readonly atMs: number; readonly byMs: number }[] = [];
  /** From when to when there was no coordinator. */
  private readonly gaps: { readonly fromMs: number; toMs: number }[] = [];

  constructor(scene: Scene, log: JobLog) {
    super();
    this.scene = scene;
    this.log = log;
  }

  see(seen: Seen): void {
    if (seen.kind === 'fault' && seen.fault.kind === 'clock-jump' && seen.fault.byMs < 0)
      this.putBack.push({ atMs: seen.atMs, byMs: -seen.fault.byMs });
    if (seen.kind === 'fault' && seen.fault.kind === 'messages' && seen.event === 'begun')
      this.lossy.push({ fromMs: seen.atMs, toMs: seen.atMs + (seen.fault.forMs ?? Infinity) });
    if (seen.kind !== 'coordinator') return;
    if (seen.event === 'died') this.gaps.push({ fromMs: seen.atMs, toMs: Infinity });
    else if (this.gaps.length > 0 && this.gaps.at(-1)!.toMs === Infinity) this.gaps.at(-1)!.toMs = seen.atMs;
  }

  protected override judge({ nowMs }: Final): void {
    const { engine, cluster } = this.scene.scenario;
    for (const job of this.log.jobs.values()) {
      const endedAtMs = job.endedAtMs ?? nowMs;
      let downMs = 0;
      for (const { fromMs, toMs } of this.gaps) {
        if (toMs < job.firstAtMs || fromMs > endedAtMs) continue;
        downMs += Math.min(toMs, endedAtMs) - Math.max(fromMs, job.firstAtMs);
        downMs += engine.lostAfterMs + 2 * engine.heartbeatMs + engine.tickMs;
        for (const span of this.lossy)
          downMs += Math.max(0, Math.min(span.toMs, endedAtMs) - Math.max(span.fromMs, toMs));
        for (const { atMs, byMs } of this.putBack) if (atMs <= toMs) downMs += byMs;
      }
      const mayTakeMs =
        job.timeoutMs + engine.tickMs + downMs + SLACK_MS + 20 * cluster.coordinator.persistMs;
      const tookMs = endedAtMs - job.firstAtMs;
      if (tookMs > mayTakeMs) {
        const verb = job.endedAtMs === undefined ? `is ${job.state} after` : 'took';
        this.wrong(
          endedAtMs,
          `job ${job.id} ${verb} ${tookMs} ms, and had ${mayTakeMs} ms with all allowances`,
        );
      } else if (job.endedAtMs === undefined) {
        this.wrong(nowMs, `job ${job.id} is still ${job.state}, and nothing is left to happen`);
      }
    }
  }
}
