import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupCluster } from '../../src/drill/bench/backup-cluster.js';
import { SECOND_NS } from './usage.js';

/** What a job had used by then, as its threads count it when they have used it. */
export interface Sample {
  readonly atNs: number;
  readonly bytes: number;
  readonly requests: number;
}

const INTERVAL_MS = 2;

/** Backs up, and looks on from beside. The job's time is that of its uploads. */
export async function sampled(
  { cluster, backUp }: BackupCluster,
  meanwhile?: { readonly afterMs: number; readonly act: () => Promise<unknown> },
): Promise<{ readonly samples: readonly Sample[]; readonly uploadMs: number; readonly sizeBytes: number }> {
  const { world } = cluster;
  const samples: Sample[] = [];
  const beforeBytes = world.progress.bytes;
  const beforeRequests = world.nodeRequests;
  const originNs = process.hrtime.bigint();
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const atNs = Number(process.hrtime.bigint() - originNs);
      const bytes = world.progress.bytes - beforeBytes;
      samples.push({ atNs, bytes, requests: world.nodeRequests - beforeRequests });
      await sleep(INTERVAL_MS);
    }
  };
  const watching = watch();
  const acting = meanwhile && sleep(meanwhile.afterMs).then(meanwhile.act);
  const result = await backUp().finally(() => ended.abort());
  await Promise.all([watching, acting]);
  const uploadMs = result.states.find(({ state }) => state === 'UPLOADING')!.durationMs;
  return { samples, uploadMs, sizeBytes: result.totals.sizeBytes };
}

/** The most that was seen to be used within a second: of windows that are as long as that, or a little shorter. */
export function mostPerSec(samples: readonly Sample[], of: 'bytes' | 'requests'): number {
  let most = 0;
  let to = 0;
  for (const from of samples) {
    while (to + 1 < samples.length && samples[to + 1]!.atNs - from.atNs < SECOND_NS) to++;
    most = Math.max(most, samples[to]![of] - from[of]);
  }
  return most;
}

/** Units a second, from the first use to the last. */
export function meanOf(samples: readonly Sample[], of: 'bytes' | 'requests'): number {
  const first = samples.findLast((sample) => sample[of] === 0)!;
  const total = samples.at(-1)![of];
  const last = samples.find((sample) => sample[of] === total)!;
  return (total / (last.atNs - first.atNs)) * SECOND_NS;
}
