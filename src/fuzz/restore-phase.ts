import type { Fate, FaultedCluster } from '../planner/index.js';
import { generateTargetCatalog, type Scenario } from '../scenario/index.js';
import { parseStatement, quoteName } from '../sql/index.js';
import type { BackedUp } from './backup-phase.js';
import { checkRestored, checkUntouched, ROUND_TRIP } from './checkers/round-trip.js';
import { namedFiles, type PlainManifest } from './manifest.js';
import { CALM_MS, conclude, CONVERGENCE, noteRefusal, MOST_EVENTS, type Phase } from './phase.js';
import { directoryOf, infoPathOf, sceneOf } from './scene.js';
import { watch, type Watch } from './watch.js';

/** What a restore may be refused with where the snapshot's files were damaged after it was made. */
const DAMAGED: ReadonlySet<string> = new Set(['CHECKSUM_MISMATCH', 'STORAGE_NOT_FOUND']);
const HORIZON_MS = 700_000;

interface Snapshot {
  readonly label: string;
  readonly database: string;
  readonly manifest: PlainManifest;
}

/** The second half of a case: what was backed up is restored into another cluster, perhaps under faults, and compared. */
export function restorePhase(phase: Phase, { labels }: BackedUp): void {
  const { scene, storages } = phase;
  const { repository: spec } = scene.scenario;
  const repository = storages.repository(spec.name, spec.storage);
  let faults = scene.case.restoreFaults;
  for (const label of new Set(labels)) {
    const [timestamp] = repository.timestampsOf(label);
    const manifest = phase.manifests.at(infoPathOf(scene, label, timestamp ?? ''));
    // That a job which finished shows its snapshot is another checker's.
    if (!manifest) continue;
    const database =
      scene.shardOfId.get(firstShardId(manifest) ?? -1)?.database ?? scene.case.backup.database;
    restore(phase, { label, database, manifest }, faults);
    // Faults strike one of a case's restores: the others are for what was backed up.
    faults = undefined;
  }
}

const firstShardId = ({ tables }: PlainManifest): number | undefined =>
  tables.flatMap((t) => t.partitions.flatMap((p) => p.indexes.flatMap((i) => i.shards)))[0]?.id;

function restore(phase: Phase, snapshot: Snapshot, faults: Scenario['faults']): void {
  const { scene, storages } = phase;
  const { faults: _, ...plain } = scene.scenario;
  const scenario: Scenario = { ...plain, ...(faults ? { faults } : {}) };
  const catalog = generateTargetCatalog(scenario);
  const target = { ...scene.case, scenario, brokenReplicas: [] };
  const { repository } = scenario;
  const stage = {
    repository: storages.repository(repository.name, repository.storage),
    manifestAt: phase.manifests.at,
    specs: new Map<string, never>(),
    dropped: new Set<string>(),
    get nodes() {
      return cluster.world.nodes;
    },
  };
  const watched = watch({ ...phase, scene: sceneOf(target, catalog), stage, isSource: false });
  const cluster = phase.open(scenario, {
    catalog,
    storages,
    witness: watched.witness,
    mostEvents: MOST_EVENTS,
  });
  const run = (isCalm: boolean): Fate => {
    const text = restoreText(snapshot, scenario, isCalm);
    const fate = cluster.run(parseStatement(text), cluster.world.now() + HORIZON_MS);
    if (fate.kind === 'refused') noteRefusal(phase, cluster.world.now(), fate.error);
    return fate;
  };
  let fate = run(!faults);
  if (faults) {
    cluster.calm();
    cluster.settle(cluster.world.now() + CALM_MS);
    if (!hasFinished(watched)) {
      phase.violations.push(
        ...checkUntouched({
          ...snapshot,
          catalog,
          nodes: cluster.world.nodes,
          emptied: watched.emptied,
          nowMs: cluster.world.now(),
        }),
      );
      fate = run(true);
    }
  }
  judge(phase, snapshot, cluster, watched, fate);
  conclude(phase, cluster, watched);
}

const hasFinished = ({ log }: Watch): boolean =>
  [...log.jobs.values()].some(({ state }) => state === 'FINISHED');

function judge(phase: Phase, snapshot: Snapshot, cluster: FaultedCluster, watched: Watch, fate: Fate): void {
  const { scene, violations } = phase;
  const { catalog, world } = cluster;
  const { database, manifest, label } = snapshot;
  const nowMs = world.now();
  const restored = { catalog, nodes: world.nodes, database, nowMs, emptied: watched.emptied };
  if (hasFinished(watched)) {
    violations.push(...checkRestored(scene, manifest, restored));
    return;
  }
  violations.push(...checkUntouched(restored));
  const error = fate.kind === 'ended' ? cluster.coordinator.recordOf(fate.jobId)?.job.error : undefined;
  const isRotten = damagedFiles(snapshot, phase) > 0;
  if (isRotten && error && DAMAGED.has(error.code)) return;
  const why = fate.kind === 'refused' ? fate.error : error;
  const message = `in calm, the restore of ${label} was ${fate.kind}: ${why?.code}: ${why?.message}`;
  violations.push({ checker: isRotten ? ROUND_TRIP : CONVERGENCE, atMs: nowMs, message });
}

/** Files of a snapshot that are not there any more as its manifest names them. */
function damagedFiles({ label, manifest }: Snapshot, { scene, storages }: Phase): number {
  const { repository: spec } = scene.scenario;
  const there = storages.repository(spec.name, spec.storage).contents(label);
  const directory = directoryOf(scene, label);
  return namedFiles(manifest).filter((name) => {
    const content = there.get(`${directory}/${name}`);
    return content === undefined || !name.endsWith(`.${content}`);
  }).length;
}

/** In calm it has all the time that it may need. */
function restoreText({ database, label }: Snapshot, scenario: Scenario, isCalm: boolean): string {
  const { repository } = scenario;
  const timeout = isCalm ? ', "timeout" = "3600"' : '';
  const properties = `"replication_num" = "${scenario.restore.replication}"${timeout}`;
  return `RESTORE SNAPSHOT ${quoteName(database)}.${label} FROM ${quoteName(repository.name)} PROPERTIES (${properties})`;
}
