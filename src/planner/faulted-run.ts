import { DrillError, invariant, revive } from '../base/errors.js';
import type { Incident as JobIncident } from '../job/index.js';
import { scenarioStatement, type Scenario } from '../scenario/index.js';
import { Recorder } from '../world/recorder.js';
import { resultOf } from '../world/result-of.js';
import type { Incident } from '../world/result.js';
import type { Seen } from '../world/virtual/witness.js';
import { attributionIn, UNKNOWN_ATTRIBUTION, type AttributedRun } from './attribution.js';
import { faultedCluster, type FaultedCluster } from './faulted-cluster.js';

export const hasFaults = ({ faults }: Scenario): boolean => faults !== undefined && faults.length > 0;

/**
 * Runs a scenario's statement in virtual time while what the scenario says goes wrong. A pure function. Throws what is wrong
 * with the statement, and INTERNAL where its job never ends; a job that fails is a result, not an error.
 */
export function simulateFaulted(scenario: Scenario): AttributedRun {
  const statement = scenarioStatement(scenario);
  const observer = new Observer();
  const cluster = faultedCluster(scenario, {
    attribute: true,
    witness: (seen) => observer.take(seen),
    onJob: (jobId) => observer.record(jobId),
  });
  observer.cluster = cluster;
  const fate = cluster.run(statement);
  if (fate.kind === 'refused') throw revive(fate.error);
  invariant(fate.kind !== 'done', 'a statement without a job was to be run to the end of its job');
  const { coordinator, catalog, world } = cluster;
  const { jobId } = fate;
  const known = jobId === undefined ? undefined : coordinator.recordOf(jobId);
  // A job that has ended is known, also where nodes that never return hold something of it for ever.
  if (jobId === undefined || !known || !hasEnded(known.job)) throw stuck(known?.job.state);
  const { job, work, limitHistory } = known;
  observer.collect();
  const result = resultOf({
    world: 'virtual',
    statement,
    job,
    work,
    limitHistory,
    recorder: observer.recorders.get(jobId),
    nodeNames: catalog.nodeNames,
    requests: world.requests,
    settings: scenario.engine,
    incidents: observer.incidentsOf(jobId),
    besides: observer.restarts
      .map((atMs) => ({ ...RESTART, atMs: atMs - job.createdAtMs }))
      .filter(({ atMs }) => atMs >= 0 && atMs <= job.states.at(-1)!.atMs - job.createdAtMs),
  });
  const { ledger } = world;
  const attribution = ledger ? attributionIn(scenario, result, ledger, job.createdAtMs) : UNKNOWN_ATTRIBUTION;
  return { result, attribution };
}

const RESTART: Omit<Incident, 'atMs'> = {
  what: 'coordinator-restart',
  text: 'another coordinator took the job up',
};

const hasEnded = ({ state }: { readonly state: string }): boolean =>
  state === 'FINISHED' || state === 'CANCELLED';

function stuck(state: string | undefined): DrillError {
  const what = state === undefined ? 'no job was ever begun' : `the job stopped in ${state}`;
  return new DrillError('INTERNAL', `nothing is left to happen, and ${what}`);
}

/**
 * Has each job's transfers recorded from its beginning, across coordinators, and keeps what jobs knew of incidents when their
 * coordinator died.
 */
class Observer {
  cluster: FaultedCluster | undefined;
  readonly recorders = new Map<number, Recorder>();
  /** When coordinators began that were not the first. */
  readonly restarts: number[] = [];
  private readonly incidents = new Map<number, JobIncident[]>();

  take(seen: Seen): void {
    if (seen.kind !== 'coordinator') return;
    if (seen.event === 'died') this.collect();
    else if (this.recorders.size > 0) this.restarts.push(seen.atMs);
  }

  incidentsOf(jobId: number): readonly JobIncident[] {
    return this.incidents.get(jobId) ?? [];
  }

  /** Takes over what the coordinator's jobs know of incidents. */
  collect(): void {
    for (const jobId of this.recorders.keys()) {
      const known = this.cluster?.coordinator.job(jobId)?.transient.incidents ?? [];
      const before = this.incidents.get(jobId) ?? [];
      // A dead coordinator is asked at its death, and perhaps once more.
      if (known.length > 0 && !before.includes(known[0]!)) this.incidents.set(jobId, [...before, ...known]);
    }
  }

  /** From the first that is heard of a job on, which is before anything is done for it. */
  record(jobId: number): void {
    if (this.recorders.has(jobId) || !this.cluster) return;
    const { world } = this.cluster;
    const recorder = new Recorder(world.now());
    this.recorders.set(jobId, recorder);
    world.record(jobId, recorder);
  }
}
