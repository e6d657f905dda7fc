import type { Scenario } from '../scenario/index.js';
import { CAUSES, type Attribution, type Cause, type CauseTimes } from '../world/outlook.js';
import type { RunResult } from '../world/result.js';
import type { Ledger, WorkerAccount } from '../world/virtual/ledger.js';

/** A simulated run, and where its time went. */
export interface AttributedRun {
  readonly result: RunResult;
  readonly attribution: Attribution;
}

/**
 * Charges each millisecond of a job to one cause. Its critical path leads through two workers: the one that ended its last
 * snapshot last, and the one that ended its last transfer last; of the latter, what it was busy for longer than the mean of
 * all workers of the cluster is imbalance, and the rest is charged to what held it back. All time in which neither worked is
 * the coordinator's: ticks, messages, its journal and its manifest; or `rest`, where it is not that alone.
 *
 * `createdAtMs` is when the job began, in the world's time, and `workers` how many its cluster has for transfers.
 */
export function attributionOf(
  { totals, nodes }: Pick<RunResult, 'totals' | 'nodes'>,
  ledger: Ledger,
  {
    createdAtMs,
    workers,
    nodeNames,
    rest = 'coordinator',
  }: { createdAtMs: number; workers: number; nodeNames: readonly string[]; rest?: Cause },
): Attribution {
  const moving = ledger.accounts('moving');
  const linked = lastOf(ledger.accounts('linking'));
  const moved = lastOf(moving);
  const causeMs = Object.fromEntries(CAUSES.map((cause) => [cause, 0])) as Record<Cause, number>;
  if (linked) charge(causeMs, linked, 1);
  if (moved) {
    const busyMs = busyMsOf(moved);
    const meanMs = moving.reduce((sum, account) => sum + busyMsOf(account), 0) / workers;
    const evenShare = busyMs === 0 ? 1 : Math.min(1, meanMs / busyMs);
    charge(causeMs, moved, evenShare);
    causeMs.imbalance += busyMs * (1 - evenShare);
  }
  const complete = withRest(causeMs, totals.durationMs, rest);
  if (!moved) return { causeMs: complete };
  const firstMs = Math.min(...moving.map(({ startMs }) => startMs));
  const idleMs = firstMs * (workers - moving.length);
  const meanEndMs = (moving.reduce((sum, { endMs }) => sum + endMs, 0) + idleMs) / workers;
  const name = nodeNames[moved.node]!;
  return {
    causeMs: complete,
    critical: {
      name,
      workers: nodes.find((node) => node.name === name)?.workers ?? 1,
      endMs: moved.endMs - createdAtMs,
      meanEndMs: meanEndMs - createdAtMs,
    },
  };
}

/** Of a run whose world kept no account: its causes sum to nothing. */
export const UNKNOWN_ATTRIBUTION: Attribution = {
  causeMs: Object.fromEntries(CAUSES.map((cause) => [cause, 0])) as CauseTimes,
};

/** Whether anything is known of where the time went. */
export const isKnown = ({ causeMs }: Attribution): boolean => CAUSES.some((cause) => causeMs[cause] > 0);

/** The same, of a scenario's run. */
export function attributionIn(
  { engine, cluster, faults = [] }: Scenario,
  result: RunResult,
  ledger: Ledger,
  createdAtMs: number,
): Attribution {
  const perNode = result.kind === 'backup' ? engine.uploadWorkers : engine.downloadWorkers;
  const nodeNames = cluster.nodes.map(({ name }) => name);
  // A slow node's time, and that in which nobody has anything to do, is known to no ledger.
  const rest = faults.length > 0 ? 'waiting' : 'coordinator';
  return attributionOf(result, ledger, { createdAtMs, workers: perNode * nodeNames.length, nodeNames, rest });
}

const lastOf = (accounts: readonly WorkerAccount[]): WorkerAccount | undefined =>
  accounts.reduce<WorkerAccount | undefined>(
    (last, account) => (last && last.endMs >= account.endMs ? last : account),
    undefined,
  );

const busyMsOf = ({ causeMs }: WorkerAccount): number => causeMs.reduce((sum, ms) => sum + ms, 0);

function charge(to: Record<Cause, number>, { causeMs }: WorkerAccount, share: number): void {
  CAUSES.forEach((cause, i) => {
    to[cause] += causeMs[i]! * share;
  });
}

/** What is left of the duration is the coordinator's, mostly. A job that was cancelled may have cut short what was charged already. */
function withRest(causeMs: Record<Cause, number>, durationMs: number, rest: Cause): CauseTimes {
  const charged = CAUSES.reduce((sum, cause) => sum + causeMs[cause], 0);
  if (charged > durationMs) for (const cause of CAUSES) causeMs[cause] *= durationMs / charged;
  else causeMs[rest] += durationMs - charged;
  return causeMs;
}
