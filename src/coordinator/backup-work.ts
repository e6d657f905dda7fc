import { invariant } from '../base/errors.js';
import {
  bindBackup,
  chooseReplicas,
  largestFirst,
  selectedShards,
  type BindOptions,
  type BackupSelection,
  type Catalog,
  type ReplicaList,
} from '../catalog/index.js';
import {
  createBackupJob,
  limitsWith,
  type EngineSettings,
  type Job,
  type UploadedShards,
  type WorkPlan,
} from '../job/index.js';
import { formatTimestamp } from '../repository/index.js';
import { backupOptions, errorAt, quoteName, type BackupStatement } from '../sql/index.js';
import { failure, success } from './outcome.js';
import { runProcedure } from './procedure.js';
import { publishSnapshot } from './publish.js';
import type { NewJob, Publication, Work } from './work.js';
import type { Answer, JobContext, LabelContents, World } from './world.js';

export interface BackupWorkSpec {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly statement: BackupStatement;
  readonly sessionDatabase: BindOptions['sessionDatabase'];
  readonly canRename: boolean;
  /** As the repository has it. */
  readonly bundleBelowBytes: number | undefined;
  readonly generation: number;
}

/** Binds a BACKUP statement; throws what binding throws. */
export function backupWork(spec: BackupWorkSpec): Work {
  const { catalog, world, settings, statement, sessionDatabase } = spec;
  const options = backupOptions(statement, settings);
  const { timeoutMs, content } = options;
  const { unsupportedTables } = settings;
  const selection = bindBackup(catalog, statement, { sessionDatabase, unsupportedTables });
  const shards = content === 'all' ? selectedShards(selection) : new Int32Array(0);
  const totals = totalsOf(catalog, shards);
  const label = statement.label.text;
  const repository = statement.repository.text;
  /** One for all of a job's tasks. */
  let context: JobContext | undefined;

  return {
    database: selection.database,
    totals,
    skippedTables: selection.skippedTables,
    limits: limitsWith(settings.limits, options.limits),
    objects: describe(selection),
    create(job: NewJob, contents: LabelContents) {
      refuseExistingLabel(statement, contents);
      const backupTime = freeTimestamp(world.wallClockMs(), job.isTimeTaken);
      const { canRename, bundleBelowBytes } = spec;
      const { isTimeTaken: _, ...named } = job;
      return createBackupJob(
        {
          ...named,
          timeoutMs,
          content,
          leftovers: contents.hasFiles,
          canRename,
          ...(bundleBelowBytes === undefined ? {} : { bundleBelowBytes }),
          backupTime,
        },
        world.now(),
        settings,
      );
    },
    selects(others) {
      const own = new Set(shards);
      return others.length === own.size && others.every((shard) => own.has(shard));
    },
    contextFor: (job) => (context ??= { jobId: job.id, label, repository, generation: spec.generation }),
    plan: (_job, answer) => answer(planBackup(catalog, shards, settings)),
    publish(job: Job, uploaded: UploadedShards, { isWanted, untidy }: Publication, answer: Answer<number>) {
      invariant(job.kind === 'backup', 'a restore has no manifest to write');
      const { backupTime } = job;
      const leftovers = job.leftovers || untidy;
      const triedBefore = job.states.filter(({ state }) => state === 'UPLOAD_INFO').length > 1;
      const manifest = { catalog, selection, label, repository, backupTime, content };
      const goingOn = { leftovers, triedBefore, isWanted };
      runProcedure(world, publishSnapshot(manifest, uploaded, totals.files, goingOn), answer);
    },
    changes: () => [],
    commit() {},
    discard() {},
    garbage: () => NO_REPLICAS,
  };
}

function planBackup(
  catalog: Catalog,
  shards: Int32Array,
  settings: EngineSettings,
): ReturnType<typeof failure> | ReturnType<typeof success<WorkPlan>> {
  try {
    const ordered =
      settings.order === 'catalog'
        ? shards
        : largestFirst(catalog, shards).map((position) => shards[position]!);
    return success({ shards: ordered, nodes: chooseReplicas(catalog, ordered, settings.replicaPolicy) });
  } catch (error) {
    return failure(error);
  }
}

/** Two backups of one second, the first of them cancelled, must not take one another's manifest away. */
function freeTimestamp(wallClockMs: number, isTaken: NewJob['isTimeTaken']): string {
  for (let ms = wallClockMs; ; ms += 1000) {
    const timestamp = formatTimestamp(ms);
    if (!isTaken(timestamp)) return timestamp;
  }
}

function refuseExistingLabel(statement: BackupStatement, { timestamps }: LabelContents): void {
  if (timestamps.length === 0) return;
  const { label, repository } = statement;
  const message = `repository ${repository.text} already holds a snapshot ${label.text} (of ${timestamps.join(', ')})`;
  throw errorAt(statement, label.span, 'LABEL_EXISTS', message, 'choose another label');
}

function totalsOf({ shards: store }: Catalog, shards: Int32Array): Work['totals'] {
  let files = 0;
  let sizeBytes = 0;
  for (const shard of shards) {
    files += store.fileCount(shard);
    sizeBytes += store.sizeBytes[shard]!;
  }
  return { shards: shards.length, files, sizeBytes };
}

/** A backup takes the place of nothing in the cluster. */
const NO_REPLICAS: ReplicaList = { shards: new Int32Array(0), nodes: new Int32Array(0) };

/** `t PARTITION (p1), u, v`: partitions are named where not all of a table's are backed up. */
function describe({ tables, views }: BackupSelection): string {
  const described = tables.map(({ table, partitions }) =>
    partitions.length === table.partitions.length
      ? quoteName(table.name)
      : `${quoteName(table.name)} PARTITION (${partitions.map(({ name }) => quoteName(name)).join(', ')})`,
  );
  return [...described, ...views.map(({ name }) => quoteName(name))].join(', ');
}
