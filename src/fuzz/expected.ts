import { isSelected, type BackupSpec } from './fuzz-case.js';
import type { Scene, SceneShard, SceneTable } from './scene.js';

/** A table or partition that was dropped, and when. */
export interface Dropped {
  readonly atMs: number;
  readonly database: string;
  readonly table: string;
  readonly partition?: string;
}

/** What a snapshot must hold, as plain lists. */
export interface Expected {
  readonly tables: readonly string[];
  readonly views: readonly string[];
  readonly skipped: readonly string[];
  readonly shards: readonly SceneShard[];
}

/** What a BACKUP covers of the cluster without what was dropped: plain loops over what there was at its beginning. */
export function expectedOf(scene: Scene, spec: BackupSpec, drops: readonly Dropped[]): Expected {
  const { database, selected } = spec;
  const gone = drops.filter((drop) => drop.database === database);
  const isGone = (table: string, partition?: string): boolean =>
    gone.some(
      (drop) => drop.table === table && (drop.partition === undefined || drop.partition === partition),
    );
  const tables: string[] = [];
  const views: string[] = [];
  const skipped: string[] = [];
  for (const table of scene.tables) {
    if (table.database !== database || isGone(table.name)) continue;
    const named = selected.tables.filter((item) => item.table === table.name);
    if (selected.kind === 'on' && named.length === 0) continue;
    if (selected.kind === 'exclude' && named.some((item) => item.partitions === undefined)) continue;
    if (table.type === 'VIEW') views.push(table.name);
    else if (table.type !== 'OLAP') skipped.push(table.name);
    else if (isTableHeld(table, spec, isGone)) tables.push(table.name);
  }
  const shards = scene.shards.filter(
    (shard) =>
      spec.content === 'all' &&
      shard.database === database &&
      !isGone(shard.table) &&
      !isGone(shard.table, shard.partition) &&
      isSelected(selected, shard.table, shard.partition),
  );
  return { tables, views, skipped, shards };
}

/** A table of which every partition is excluded is left out; one that has none is carried as it is. */
function isTableHeld(
  { name, partitions }: SceneTable,
  { selected }: BackupSpec,
  isGone: (table: string, partition?: string) => boolean,
): boolean {
  if (selected.kind === 'on') return true;
  const left = partitions.filter((partition) => !isGone(name, partition));
  return left.length === 0 || left.some((partition) => isSelected(selected, name, partition));
}
