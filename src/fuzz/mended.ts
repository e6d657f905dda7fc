import type { Fault } from '../world/faults.js';
import type { JobLog } from './job-log.js';
import { verdictOn } from './must-finish.js';
import type { AskedBackup, Scene } from './scene.js';

/** What a job may need once all is mended: to find out what was lost, and to do it again. */
const RECOVERY_MS = 120_000;

/** What it may take from a user's CANCEL to the end of the job. */
const CANCELLING_MS = 1000;

/**
 * The ids of the backups that are at work now, at the beginning of the calm, and must finish: where one fit replica of each shard is enough
 * (`failover`), nothing of it was dropped, and its timeout leaves it the time.
 */
export function mustFinishNow(
  scene: Scene,
  log: JobLog,
  specs: ReadonlyMap<string, AskedBackup>,
  begun: readonly Fault[],
  nowMs: number,
): number[] {
  const { engine } = scene.scenario;
  if (!engine.failover || engine.maxTaskAttempts < 3) return [];
  if (begun.some(({ kind }) => kind === 'table-dropped' || kind === 'clock-jump')) return [];
  // Its user may cancel it yet, or has, and the journal does not know of it yet.
  if (scene.case.meanwhile.some(({ what, atMs }) => what === 'cancel' && atMs >= nowMs - CANCELLING_MS))
    return [];
  const jobIds: number[] = [];
  for (const job of log.jobs.values()) {
    const asked = specs.get(job.label);
    if (job.endedAtMs !== undefined || job.kind !== 'backup' || !asked) continue;
    const leftMs = job.timeoutMs - (nowMs - job.firstAtMs);
    if (leftMs < RECOVERY_MS + 4 * engine.lostAfterMs) continue;
    if (verdictOn(scene, asked.spec, begun) === 'finishes') jobIds.push(job.id);
  }
  return jobIds;
}
