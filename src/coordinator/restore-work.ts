import { bindDatabase, type Catalog, type Placement } from '../catalog/index.js';
import { createRestoreJob, type EngineSettings, type WorkPlan } from '../job/index.js';
import { errorAt, restoreOptions, type RestoreStatement } from '../sql/index.js';
import { failure, success } from './outcome.js';
import { planRestore, type RestorePlan } from './restore-plan.js';
import type { NewJob, Work, WorkTotals } from './work.js';
import type { Answer, LabelContents, World } from './world.js';

export interface RestoreWorkSpec {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly statement: RestoreStatement;
  readonly sessionDatabase: string | undefined;
  readonly placement: Placement;
}

/** Binds a RESTORE statement; throws what binding throws. */
export function restoreWork(spec: RestoreWorkSpec): Work {
  const { catalog, world, settings, statement, placement } = spec;
  const options = restoreOptions(statement, settings);
  const database = bindDatabase(catalog, statement, spec.sessionDatabase);
  const label = statement.label.text;
  const repository = statement.repository.text;
  let plan: RestorePlan | undefined;
  if (statement.scope.kind !== 'all') {
    throw errorAt(
      statement,
      statement.scope.tables[0]!.table.span,
      'NOT_SUPPORTED',
      'RESTORE takes whole snapshots so far',
      'leave out ON and EXCLUDE',
    );
  }

  return {
    database,
    claims: [`database ${database.name}`],
    get totals() {
      return totalsOf(plan);
    },
    skippedTables: [],
    create(job: NewJob, contents: LabelContents) {
      refuseUnknownLabel(statement, contents, options.backupTimestamp);
      return createRestoreJob({ ...job, timeoutMs: options.timeoutMs }, world.now(), settings);
    },
    contextFor: (job) => ({ jobId: job.id, label, repository, ...(plan ? { sources: plan.sources } : {}) }),
    plan(_job, answer: Answer<WorkPlan>) {
      world.perform({ op: 'read', repository, label, timestamp: options.backupTimestamp }, (outcome) => {
        if (!outcome.ok) return answer(outcome);
        try {
          const { meta, info } = outcome.value;
          plan = planRestore({ catalog, database, placement, replication: options.replication }, meta, info);
        } catch (error) {
          return answer(failure(error));
        }
        answer(success(plan.work));
      });
    },
    publish() {},
    commit() {
      for (const table of plan?.tables ?? []) catalog.attach(database, table);
      for (const view of plan?.views ?? []) catalog.createView(database, view.name, view.definition);
    },
    discard() {
      plan = undefined;
    },
  };
}

function refuseUnknownLabel(
  statement: RestoreStatement,
  { timestamps }: LabelContents,
  wanted: string | undefined,
): void {
  const { label, repository } = statement;
  if (timestamps.length === 0) {
    const message = `repository ${repository.text} holds no snapshot ${label.text}`;
    throw errorAt(statement, label.span, 'SNAPSHOT_UNKNOWN', message);
  }
  if (wanted !== undefined && !timestamps.includes(wanted)) {
    const message = `repository ${repository.text} holds no snapshot ${label.text} of ${wanted}`;
    throw errorAt(
      statement,
      label.span,
      'SNAPSHOT_UNKNOWN',
      message,
      `it holds one of ${timestamps.join(', ')}`,
    );
  }
}

function totalsOf(plan: RestorePlan | undefined): WorkTotals {
  let files = 0;
  let sizeBytes = 0;
  for (const shard of plan?.work.shards ?? []) {
    for (const file of plan!.sources.get(shard)!.files) {
      files++;
      sizeBytes += file.sizeBytes;
    }
  }
  return { shards: plan?.work.shards.length ?? 0, files, sizeBytes };
}
