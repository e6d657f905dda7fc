import { isSelected, type BackupSpec } from './fuzz-case.js';
import { shardAt, type Scene, type SceneShard } from './scene.js';
import type { Fault } from '../world/faults.js';

/** What a backup in calm must come to, told from the case alone: to its end, to a refusal, or to either. */
export type Verdict = 'finishes' | 'refused' | 'either';

/** `begun`: the faults that had begun before the calm, since what they damaged stays damaged. */
export function verdictOn(scene: Scene, spec: BackupSpec, begun: readonly Fault[]): Verdict {
  const { engine } = scene.scenario;
  const { selected, database } = spec;
  for (const fault of begun) {
    if (fault.kind !== 'table-dropped' || fault.database !== database) continue;
    // A statement that names what is gone is refused, in ON and in EXCLUDE.
    if (selected.tables.some(({ table }) => table === fault.table)) return 'either';
  }
  const isExcluded = (name: string): boolean =>
    selected.kind === 'exclude' &&
    selected.tables.some(({ table, partitions }) => table === name && partitions === undefined);
  const gone = begun.flatMap((fault) => (fault.kind === 'table-dropped' ? [fault] : []));
  const hasForeign = scene.tables.some(
    ({ type, name, database: of }) =>
      of === database &&
      type !== 'OLAP' &&
      type !== 'VIEW' &&
      !isExcluded(name) &&
      !gone.some((drop) => drop.database === of && drop.table === name),
  );
  if (selected.kind !== 'on' && hasForeign && engine.unsupportedTables === 'refuse') return 'refused';
  if (spec.content === 'metadata_only') return 'finishes';
  return replicasSuffice(scene, spec, begun) ? 'finishes' : 'either';
}

/**
 * Whether every selected shard can be had for certain: with failover, one fit replica is enough, if there are tries enough to
 * come to it; without, none may be damaged that the catalog thinks well of.
 */
function replicasSuffice(scene: Scene, spec: BackupSpec, begun: readonly Fault[]): boolean {
  const { engine } = scene.scenario;
  const gone = begun.flatMap((fault) => (fault.kind === 'table-dropped' ? [fault] : []));
  let damaged = 0;
  for (const shard of scene.shards) {
    if (shard.database !== spec.database || !isSelected(spec.selected, shard.table, shard.partition))
      continue;
    const isGone = gone.some(
      ({ database, table, partition }) =>
        database === shard.database &&
        table === shard.table &&
        (partition === undefined || partition === shard.partition),
    );
    if (isGone) continue;
    const { known, fit } = replicasOf(scene, shard, begun);
    if (fit === 0) return false;
    damaged += known - fit;
  }
  return damaged === 0 || (engine.failover && engine.maxTaskAttempts > damaged);
}

/** Of a shard's replicas: how many the catalog thinks well of, and how many of these can really be backed up. */
function replicasOf(
  scene: Scene,
  shard: SceneShard,
  begun: readonly Fault[],
): { readonly known: number; readonly fit: number } {
  const { firstReplica, replicaNode } = scene.catalog.shards;
  const first = firstReplica[shard.shard]!;
  let known = 0;
  let fit = 0;
  for (let r = first; r < firstReplica[shard.shard + 1]!; r++) {
    if (scene.case.brokenReplicas.some((b) => b.shard === shard.shard && b.replica === r - first)) continue;
    known++;
    if (!begun.some((fault) => damages(scene, fault, replicaNode[r]!, shard))) fit++;
  }
  return { known, fit };
}

function damages(scene: Scene, fault: Fault, node: number, shard: SceneShard): boolean {
  switch (fault.kind) {
    case 'node-crash':
      return fault.disk === 'lost' && fault.node === node;
    case 'file-corrupt':
      return (
        scene.scenario.engine.checkSource && fault.node === node && shardAt(scene, fault.shard) === shard
      );
    case 'file-unreadable':
    case 'replica-gone':
      return fault.node === node && shardAt(scene, fault.shard) === shard;
    default:
      return false;
  }
}
