import { listOf } from '../base/text.js';
import { bindDatabase, type Catalog, type Placement } from '../catalog/index.js';
import { createRestoreJob, limitsWith, type EngineSettings, type WorkPlan } from '../job/index.js';
import { errorAt, restoreOptions, type RestoreStatement, type RestoreOptions } from '../sql/index.js';
import { failure, success } from './outcome.js';
import { commitPlan, planChanges, replicasOf, shardsOf, type ShardRange } from './restore/commit.js';
import { checkMetaVersion, propertySpan } from './restore/options.js';
import { describeScope } from './restore/selection.js';
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
  readonly generation: number;
}

/** Binds a RESTORE statement; throws what binding throws. What the snapshot must hold is checked once it is read, by `plan`. */
export function restoreWork(spec: RestoreWorkSpec): Work {
  const { catalog, world, settings, statement } = spec;
  const options: RestoreOptions = restoreOptions(statement, settings);
  checkMetaVersion(statement, options);
  const database = bindDatabase(catalog, statement, spec.sessionDatabase);
  const [label, repository] = [statement.label.text, statement.repository.text];
  let plan: RestorePlan | undefined;
  /** What is known of the last plan, also once it was given up. */
  let told: Pick<RestorePlan, 'totals' | 'objects' | 'timestamp'> | undefined;
  /** What plans built that were given up since. */
  const vain: ShardRange[] = [];
  /** How often a plan was given up: what was asked for before must not be built any more. */
  let attempt = 0;
  const giveUp = (): void => {
    attempt++;
    if (plan) vain.push(plan.built);
    plan = undefined;
  };

  return {
    database,
    get totals() {
      return told?.totals ?? NOTHING;
    },
    skippedTables: [],
    limits: limitsWith(settings.limits, options.limits),
    get objects() {
      return told?.objects ?? describeScope(statement);
    },
    get timestamp() {
      return told?.timestamp ?? options.backupTimestamp;
    },
    create(job: NewJob, contents: LabelContents) {
      refuseUnknownLabel(statement, contents, options.backupTimestamp);
      const { isTimeTaken: _, ...named } = job;
      return createRestoreJob({ ...named, timeoutMs: options.timeoutMs }, world.now(), settings);
    },
    selects: () => true,
    contextFor: (job) => ({
      jobId: job.id,
      label,
      repository,
      generation: spec.generation,
      ...(plan ? { sources: plan.sources } : {}),
    }),
    plan(_job, answer: Answer<WorkPlan>) {
      giveUp();
      const own = attempt;
      world.perform({ op: 'read', repository, label, timestamp: options.backupTimestamp }, (outcome) => {
        if (own !== attempt) return;
        if (!outcome.ok) return answer(outcome);
        try {
          const { meta, info } = outcome.value;
          plan = planRestore({ ...spec, database, options }, meta, info);
          const { totals, objects, timestamp } = plan;
          told = { totals, objects, timestamp };
        } catch (error) {
          return answer(failure(error));
        }
        answer(success(plan.work));
      });
    },
    publish() {},
    changes: () => (plan ? planChanges(catalog, database, plan) : []),
    commit() {
      if (plan) commitPlan(catalog, database, plan);
    },
    discard: giveUp,
    garbage(end) {
      const own = plan && (end === 'FINISHED' ? shardsOf(plan.replaced) : [plan.built]);
      return replicasOf(catalog, [...vain, ...(own ?? [])]);
    },
  };
}

const NOTHING: WorkTotals = { shards: 0, files: 0, sizeBytes: 0 };

function refuseUnknownLabel(
  statement: RestoreStatement,
  { timestamps }: LabelContents,
  wanted: string | undefined,
): void {
  const { label, repository } = statement;
  const at = propertySpan(statement, 'backup_timestamp');
  if (timestamps.length === 0) {
    const message = `repository ${repository.text} holds no snapshot ${label.text}`;
    const hint = `SHOW SNAPSHOT ON ${repository.text} tells what it holds`;
    throw errorAt(statement, label.span, 'SNAPSHOT_UNKNOWN', message, hint);
  }
  if (wanted !== undefined && !timestamps.includes(wanted)) {
    const message = `repository ${repository.text} holds no snapshot ${label.text} of ${wanted}`;
    throw errorAt(statement, at, 'SNAPSHOT_UNKNOWN', message, `there is ${listOf(timestamps, 'and')}`);
  }
  if (wanted === undefined && timestamps.length > 1) {
    const message = `repository ${repository.text} holds ${timestamps.length} snapshots ${label.text}`;
    const hint = `choose one with PROPERTIES ("backup_timestamp" = …): ${listOf(timestamps)}`;
    throw errorAt(statement, at, 'SNAPSHOT_UNKNOWN', message, hint);
  }
}
