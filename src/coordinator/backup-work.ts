import {
  bindBackup,
  chooseReplicas,
  largestFirst,
  selectedShards,
  type BindOptions,
  type BackupSelection,
  type Catalog,
} from '../catalog/index.js';
import {
  createBackupJob,
  type EngineSettings,
  type Job,
  type UploadedShards,
  type WorkPlan,
} from '../job/index.js';
import { formatTimestamp } from '../repository/index.js';
import { backupOptions, errorAt, type BackupStatement } from '../sql/index.js';
import { failure, success } from './outcome.js';
import { runProcedure } from './procedure.js';
import { publishSnapshot } from './publish.js';
import type { NewJob, Work } from './work.js';
import type { Answer, LabelContents, World } from './world.js';

export interface BackupWorkSpec {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly statement: BackupStatement;
  readonly sessionDatabase: BindOptions['sessionDatabase'];
  readonly repository: { readonly canRename: boolean };
}

/** Binds a BACKUP statement; throws what binding throws. */
export function backupWork(spec: BackupWorkSpec): Work {
  const { catalog, world, settings, statement, sessionDatabase } = spec;
  const options = backupOptions(statement, settings);
  const { unsupportedTables } = settings;
  const selection = bindBackup(catalog, statement, { sessionDatabase, unsupportedTables });
  const shards = options.content === 'all' ? selectedShards(selection) : new Int32Array(0);
  const totals = totalsOf(catalog, shards);
  const label = statement.label.text;
  const repository = statement.repository.text;
  let backupTime = '';

  return {
    database: selection.database,
    claims: [`database ${selection.database.name}`, `snapshot ${label} in repository ${repository}`],
    totals,
    skippedTables: selection.skippedTables,
    create(job: NewJob, contents: LabelContents) {
      refuseExistingLabel(statement, contents);
      backupTime = formatTimestamp(world.wallClockMs());
      const { canRename } = spec.repository;
      return createBackupJob(
        { ...job, ...options, leftovers: contents.hasFiles, canRename },
        world.now(),
        settings,
      );
    },
    contextFor: (job) => ({ jobId: job.id, label, repository }),
    plan: (_job, answer) => answer(planBackup(catalog, shards, settings)),
    publish(job: Job, uploaded: UploadedShards, isWanted: () => boolean, answer: Answer<number>) {
      const manifest = { catalog, selection, label, repository, backupTime, content: options.content };
      const leftovers = job.kind === 'backup' && job.leftovers;
      runProcedure(world, publishSnapshot(manifest, uploaded, totals.files, { leftovers, isWanted }), answer);
    },
    commit() {},
    discard() {},
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

export type { BackupSelection };
