import { DrillError, serialize } from '../base/errors.js';
import { applyChange, type Catalog } from '../catalog/index.js';
import {
  NO_LIMITS,
  resumeBackup,
  resumeRestore,
  stepAny,
  type BackupJob,
  type EngineSettings,
  type Job,
  type Step,
} from '../job/index.js';
import { parseStatement, type BackupStatement, type RestoreStatement } from '../sql/index.js';
import { databaseClaim } from './claims.js';
import { nameOf, newEntry, revivedJob, revivedLimits, type Entry } from './entry.js';
import type { JobDriver } from './job-driver.js';
import type { JournalContents, StoredJob } from './journal.js';
import { retraction } from './publish.js';
import { retract } from './retract.js';
import type { Work } from './work.js';
import type { World } from './world.js';

export interface RecoveryOptions {
  readonly contents: JournalContents;
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly driver: JobDriver;
  readonly hasRepository: (name: string) => boolean;
  /** Binds the statement of a job that was accepted before. */
  readonly bind: (statement: BackupStatement | RestoreStatement) => Pick<Entry, 'work' | 'claims'>;
}

/**
 * Takes up what the journal tells: restored tables are there again, ended jobs are remembered, and unfinished ones go on
 * once every node has dropped what none of them knows of.
 */
export function recover(options: RecoveryOptions, ready: () => void): void {
  const { contents, catalog, driver } = options;
  for (const change of contents.catalogChanges) applyChange(catalog, change);
  const resumed: { readonly entry: Entry; readonly commands: Step<Job>['commands'] }[] = [];
  for (const stored of contents.jobs) {
    // Tasks of the coordinator before may still run on the nodes, also of a job that it could no more than declare cancelled.
    options.world.abort(stored.id);
    const ended = endOf(stored);
    if (ended === undefined) resumed.push(resume(options, stored));
    else {
      driver.history.set(stored.id, stored);
      options.world.forget(stored.id);
      if (
        ended === 'CANCELLED' &&
        !isSuperseded(stored, contents.jobs) &&
        options.hasRepository(stored.repository)
      )
        retractInfo(options.world, stored);
    }
  }
  // The entries are known before the sweep, so that it spares the snapshots that their uploads go on with.
  for (const { entry } of resumed) {
    driver.entries.set(entry.job.id, entry);
    driver.claims.take(entry.claims, nameOf(entry.job));
  }
  const goOn = (): void => {
    for (const { entry, commands } of resumed) driver.begin(entry, commands);
    ready();
  };
  if (contents.jobs.length === 0) goOn();
  else driver.sweep([...catalog.nodeNames.keys()], goOn);
}

function endOf(stored: StoredJob): 'FINISHED' | 'CANCELLED' | undefined {
  const { state } = stored.states.at(-1)!;
  return state === 'FINISHED' || state === 'CANCELLED' ? state : undefined;
}

function resume(options: RecoveryOptions, stored: StoredJob): ReturnType<typeof cancelled> {
  const { settings, world, driver, bind } = options;
  const statement = parseStatement(stored.statement, `job ${stored.id}`) as
    BackupStatement | RestoreStatement;
  const revived = revivedJob(stored, driver.epochMs, options.catalog.shards);
  const nowMs = world.now();
  const step: Step<Job> =
    revived.kind === 'backup'
      ? resumeBackup(revived, nowMs, settings)
      : resumeRestore(revived, nowMs, settings);
  try {
    const { work, claims } = bind(statement);
    const { plan } = step.job;
    if (plan && !work.selects(plan.shards)) throw changedTables(stored);
    const entry = newEntry({ job: step.job, statement, work, claims });
    entry.limitHistory = revivedLimits(stored, driver.epochMs);
    entry.limits = entry.limitHistory.at(-1)?.limits ?? entry.limits;
    return { entry, commands: step.commands };
  } catch (error) {
    return cancelled(options, stored, step.job, statement, error);
  }
}

/** What was uploaded is of other tables than a manifest would name now. */
const changedTables = ({ id, database }: StoredJob): DrillError =>
  new DrillError(
    'TABLE_UNKNOWN',
    `tables or partitions of database ${database} came or went while no coordinator was there to go on with job ${id}`,
    { hint: 'BACKUP again' },
  );

/** A job whose repository or tables are gone cannot go on: it ends here, and says why. */
function cancelled(
  { settings, world, driver, hasRepository }: RecoveryOptions,
  stored: StoredJob,
  job: Job,
  statement: BackupStatement | RestoreStatement,
  error: unknown,
): { readonly entry: Entry; readonly commands: Step<Job>['commands'] } {
  const environment = { settings, replicas: () => [] };
  const step = stepAny(job, { kind: 'cancel', error: serialize(error) }, world.now(), environment);
  const work = idleWork(stored, driver.generation);
  // Until the journal has its end, it is a job of its database.
  const claims = [databaseClaim(stored.database)];
  const commands = step.commands.filter(({ kind }) => kind !== 'retract' || hasRepository(stored.repository));
  const entry = newEntry({ job: step.job, statement, work, claims });
  entry.limitHistory = revivedLimits(stored, driver.epochMs);
  return { entry, commands };
}

/** The work of a job that does nothing any more but end. */
function idleWork(
  { databaseId, database, objects, skippedTables, totals, detail, label, repository }: StoredJob,
  generation: number,
): Work {
  const nothing = (): void => undefined;
  return {
    database: { id: databaseId, name: database, tables: new Map() },
    totals,
    skippedTables,
    limits: NO_LIMITS,
    objects,
    timestamp: detail.kind === 'restore' ? detail.timestamp : undefined,
    create: () => {
      throw new DrillError('INTERNAL', 'a job that ends is not accepted again');
    },
    selects: () => true,
    contextFor: ({ id }) => ({ jobId: id, label, repository, generation }),
    plan: nothing,
    publish: nothing,
    changes: () => [],
    commit: nothing,
    discard: nothing,
    garbage: () => ({ shards: new Int32Array(0), nodes: new Int32Array(0) }),
  };
}

/** Whether another backup has, or is making, the very snapshot that a cancelled one was making: same label, same second. */
function isSuperseded({ id, detail, repository, label }: StoredJob, jobs: readonly StoredJob[]): boolean {
  return jobs.some(
    (other) =>
      other.id !== id &&
      other.repository === repository &&
      other.label === label &&
      other.detail.kind === 'backup' &&
      detail.kind === 'backup' &&
      other.detail.backupTime === detail.backupTime &&
      endOf(other) !== 'CANCELLED',
  );
}

/**
 * A backup that was cancelled after its manifest may have been written: the coordinator may have died before it took the
 * manifest back, and a cancelled backup must show nothing.
 */
function retractInfo(world: World, stored: StoredJob): void {
  const { repository, label, states, detail } = stored;
  if (detail.kind !== 'backup') return;
  const { backupTime } = detail;
  const operation = retraction({ repository, label, backupTime, states: states as BackupJob['states'] });
  if (operation) retract(world, operation, { mayComeLate: !detail.canRename }, () => undefined);
}
