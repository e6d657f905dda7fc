import type { ErrorCode } from '../base/error-codes.js';
import type { Fate, FaultedCluster } from '../planner/index.js';
import { parseStatement, quoteName } from '../sql/index.js';
import { count } from './coverage.js';
import {
  backupText,
  CALM_LABEL,
  FIRST_LABEL,
  OTHER_DATABASE,
  OTHER_LABEL,
  SECOND_LABEL,
  timeoutMsOf,
  type BackupSpec,
  type Meanwhile,
} from './fuzz-case.js';
import { mustFinishNow } from './mended.js';
import { verdictOn } from './must-finish.js';
import { CALM_MS, conclude, noteRefusal, CONVERGENCE, MOST_EVENTS, type Phase } from './phase.js';
import type { AskedBackup } from './scene.js';
import { watch, type Watch } from './watch.js';

/** What a case's backups left. */
export interface BackedUp {
  /** Labels whose jobs finished and that nobody dropped, the case's own first. */
  readonly labels: readonly string[];
}

/** In calm a backup that must finish has all the time that it may need. */
const CALM_TIMEOUT_SEC = 3600;
/** One that cannot be had goes on trying until its timeout: nobody needs to see that for long. */
const VAIN_TIMEOUT_SEC = 60;
/** Besides its timeout: restarts, releases that are tried again, time in which a node stays away. */
const GRACE_MS = 60_000;

/** The first half of a case: backups while faults happen, then calm, in which what was asked for must be had. */
export function backupPhase(phase: Phase): BackedUp {
  const { scene, storages } = phase;
  const { scenario, catalog } = scene;
  const specs = new Map<string, AskedBackup>();
  const dropped = new Set<string>();
  const repository = storages.repository(scenario.repository.name, scenario.repository.storage);
  const stage = {
    repository,
    manifestAt: phase.manifests.at,
    specs,
    dropped,
    get nodes() {
      return cluster.world.nodes;
    },
  };
  const watched = watch({ ...phase, stage, isSource: true });
  const cluster = phase.open(scenario, {
    catalog,
    storages,
    witness: watched.witness,
    mostEvents: MOST_EVENTS,
  });
  const user = new User(phase, cluster, specs, dropped);
  user.plan(scene.case.meanwhile);
  const untilMs = Math.min(horizonMs(phase), scene.case.calmAfterMs ?? Infinity);
  let fate = user.backUp(FIRST_LABEL, scene.case.backup, untilMs);
  const isOver = scene.case.calmAfterMs === undefined;
  if (isOver && !isFinished(fate) && scene.case.afterCancel !== 'nothing') {
    if (scene.case.afterCancel === 'drop-and-same-label') user.drop(FIRST_LABEL);
    fate = user.backUp(FIRST_LABEL, scene.case.backup, cluster.world.now() + untilMs);
  }
  const mended = mustFinishNow(scene, watched.log, specs, watched.begun, cluster.world.now());
  cluster.calm();
  cluster.settle(cluster.world.now() + CALM_MS);
  for (const jobId of mended) requireFinished(phase, watched, jobId, cluster.world.now());
  const labels = finishedLabels(watched, dropped);
  // A backup that has finished under faults needs no other one.
  const isThere = labels.includes(FIRST_LABEL);
  if (isThere) labelIsTaken(phase, user);
  const converged = isThere ? [] : calmBackup(phase, user, watched);
  conclude(phase, cluster, watched);
  return { labels: [...converged, ...labels] };
}

function horizonMs({ scene }: Phase): number {
  const { engine, faults = [] } = scene.scenario;
  let downMs = 0;
  for (const fault of faults) if (fault.kind === 'coordinator-crash') downMs += fault.downMs;
  return timeoutMsOf(scene.case) + 2 * engine.tickMs + downMs + GRACE_MS;
}

const isFinished = (fate: Fate): boolean => fate.kind === 'ended' && fate.state === 'FINISHED';

const finishedLabels = ({ log }: Watch, dropped: ReadonlySet<string>): string[] =>
  [...log.jobs.values()]
    .filter(({ kind, state, label }) => kind === 'backup' && state === 'FINISHED' && !dropped.has(label))
    .map(({ label }) => label)
    .sort();

/** What was at work when everything was mended goes on, and is done. */
function requireFinished({ violations }: Phase, { log }: Watch, jobId: number, atMs: number): void {
  const { state, stored } = log.jobs.get(jobId)!;
  if (state === 'FINISHED') return;
  const why = stored.error ? `: ${stored.error.message}` : '';
  const message = `job ${jobId} was at work when all was mended, and is ${state}${why}`;
  violations.push({ checker: CONVERGENCE, atMs, message });
}

/** A label that the repository holds is refused. */
function labelIsTaken({ scene, violations }: Phase, user: User): void {
  const fate = user.ask(FIRST_LABEL, scene.case.backup);
  // With which error depends on what was dropped meanwhile.
  if (fate.kind === 'refused') return;
  const message = `a backup under a label that is taken was ${fate.kind}, and not refused`;
  violations.push({ checker: CONVERGENCE, atMs: user.nowMs, message });
}

/** The same backup under another label, now that nothing fails: it must finish, unless what it needs is gone for good. */
function calmBackup(phase: Phase, user: User, { begun }: Watch): string[] {
  const { scene, violations } = phase;
  const verdict = verdictOn(scene, scene.case.backup, begun);
  const timeoutSec = verdict === 'either' ? VAIN_TIMEOUT_SEC : CALM_TIMEOUT_SEC;
  const spec = { ...scene.case.backup, timeoutSec };
  const fate = user.backUp(CALM_LABEL, spec, user.nowMs + 1000 * timeoutSec + CALM_MS);
  if (isFinished(fate)) {
    if (verdict !== 'refused') return [CALM_LABEL];
    const message = 'a backup finished that had to be refused';
    violations.push({ checker: CONVERGENCE, atMs: user.nowMs, message });
    return [];
  }
  const isRight = verdict === 'either' || (verdict === 'refused' && fate.kind === 'refused');
  if (isRight && fate.kind !== 'stuck') return [];
  const why = fate.kind === 'refused' ? `${fate.error.code}: ${fate.error.message}` : user.errorOf(fate);
  const message = `in calm, a backup that ${verdict} was ${fate.kind}: ${why}`;
  violations.push({ checker: CONVERGENCE, atMs: user.nowMs, message });
  return [];
}

/** Whoever types statements. */
class User {
  private readonly phase: Phase;
  private readonly cluster: FaultedCluster;
  private readonly specs: Map<string, AskedBackup>;
  private readonly dropped: Set<string>;

  constructor(phase: Phase, cluster: FaultedCluster, specs: Map<string, AskedBackup>, dropped: Set<string>) {
    this.phase = phase;
    this.cluster = cluster;
    this.specs = specs;
    this.dropped = dropped;
  }

  private get repository(): string {
    return this.phase.scene.scenario.repository.name;
  }

  get nowMs(): number {
    return this.cluster.world.now();
  }

  /** Gives a BACKUP of which nothing should come. */
  ask(label: string, spec: BackupSpec): Fate {
    const statement = parseStatement(backupText(spec, label, this.repository));
    return this.cluster.run(statement, this.nowMs + CALM_MS);
  }

  /** Gives a BACKUP, and waits until its job is over. */
  backUp(label: string, spec: BackupSpec, untilMs: number): Fate {
    this.specs.set(label, { spec, askedAtMs: this.cluster.world.clockMs });
    const fate = this.cluster.run(parseStatement(backupText(spec, label, this.repository)), untilMs);
    if (fate.kind === 'refused') noteRefusal(this.phase, this.nowMs, fate.error);
    return fate;
  }

  drop(label: string): void {
    const text = `DROP SNAPSHOT ${label} ON ${quoteName(this.repository)}`;
    const fate = this.cluster.run(parseStatement(text), this.nowMs + CALM_MS);
    // What was dropped was no snapshot yet; but what was never answered may still come, and take the next one away.
    if (fate.kind === 'stuck') this.dropped.add(label);
    else if (fate.kind === 'refused') noteRefusal(this.phase, this.nowMs, fate.error);
  }

  errorOf(fate: Fate): string {
    const jobId = 'jobId' in fate ? fate.jobId : undefined;
    const job = jobId === undefined ? undefined : this.cluster.coordinator.recordOf(jobId)?.job;
    if (!job) return 'no job is known';
    return `${job.state}, ${job.error?.code}: ${job.error?.message}`;
  }

  /** Has things done while the first job runs, by whichever coordinator lives then. */
  plan(meanwhile: readonly Meanwhile[]): void {
    for (const item of meanwhile) this.cluster.world.wakeAt(item.atMs, () => this.give(item.what));
  }

  private give(what: Meanwhile['what']): void {
    const spec = this.phase.scene.case.backup;
    switch (what) {
      case 'second-backup': {
        const second: BackupSpec = {
          database: spec.database,
          selected: { kind: 'all', tables: [] },
          content: spec.content,
        };
        this.specs.set(SECOND_LABEL, { spec: second, askedAtMs: this.cluster.world.clockMs });
        return this.tell(backupText(second, SECOND_LABEL, this.repository));
      }
      case 'other-database': {
        const other: BackupSpec = {
          database: OTHER_DATABASE,
          selected: { kind: 'all', tables: [] },
          content: 'all',
        };
        this.specs.set(OTHER_LABEL, { spec: other, askedAtMs: this.cluster.world.clockMs });
        return this.tell(backupText(other, OTHER_LABEL, this.repository));
      }
      case 'drop-snapshot': {
        // Until it is answered, nobody knows whether it has been.
        const wasDropped = this.dropped.has(FIRST_LABEL);
        this.dropped.add(FIRST_LABEL);
        return this.tell(`DROP SNAPSHOT ${FIRST_LABEL} ON ${quoteName(this.repository)}`, (error) => {
          // A repository that fails may have done it, and did not say so.
          const isKept = error !== undefined && error !== 'STORAGE_FAILED';
          if (isKept && !wasDropped) this.dropped.delete(FIRST_LABEL);
        });
      }
      case 'cancel':
        return this.tell(`CANCEL BACKUP FROM ${quoteName(spec.database)}`);
      case 'show':
        return this.tell(`SHOW BACKUP FROM ${quoteName(spec.database)}`);
    }
  }

  /** A coordinator that dies of a statement answers nothing that anyone could hear. */
  private tell(text: string, then: (error: ErrorCode | undefined) => void = () => undefined): void {
    this.cluster.coordinator.execute(parseStatement(text), {}, (outcome) => {
      const code = outcome.ok ? undefined : outcome.error.code;
      if (code === 'INTERNAL') return;
      if (code !== undefined) count(this.phase.tally.errors, code);
      then(code);
    });
  }
}
