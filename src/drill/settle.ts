import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Has what was done before disturb what is measured next as little as can be:
 *
 * - What was written is brought to the disk. (Without a `sync` command, what is measured is less exact.)
 * - Hosts of virtual machines may take back memory that is free, which costs several times as much at its next use: a run
 *   that writes to what others gave back a moment ago takes half as long as others. After a pause of some seconds every
 *   run finds the same.
 *
 * When the signal comes, it returns at once.
 */
export async function settle(pauseMs: number, signal: AbortSignal): Promise<void> {
  spawnSync('sync');
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
}
