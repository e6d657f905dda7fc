import { isOlap, type Catalog } from '../../catalog/index.js';
import type { VirtualNodes } from '../../world/virtual/virtual-nodes.js';
import type { Violation } from '../checker.js';
import type { PlainManifest } from '../manifest.js';
import type { Scene } from '../scene.js';

export const ROUND_TRIP = 'round-trip';

/** A restored cluster, to be held against what was backed up. */
export interface Restored {
  readonly catalog: Catalog;
  readonly nodes: Pick<VirtualNodes, 'installedFiles'>;
  readonly database: string;
  readonly nowMs: number;
  /** Nodes that lost their disks once something had been put into place there. */
  readonly emptied: ReadonlySet<number>;
}

/** After a RESTORE that finished: every replica of every shard of the snapshot has the files of its source, and nothing else is there. */
export function checkRestored(scene: Scene, manifest: PlainManifest, restored: Restored): Violation[] {
  const { catalog, nodes, database, nowMs } = restored;
  const violations: Violation[] = [];
  const wrong = (message: string): void => {
    if (violations.length < 3) violations.push({ checker: ROUND_TRIP, atMs: nowMs, message });
  };
  const wanted = wantedContents(scene, manifest);
  const { tables } = catalog.database(database);
  for (const { name } of [...manifest.tables, ...manifest.views])
    if (!tables.has(name)) wrong(`table ${name} was not restored`);
  for (const table of tables.values()) {
    if (!isOlap(table)) continue;
    for (const partition of table.partitions) {
      for (const index of partition.indexes) {
        for (let shard = index.firstShard; shard < index.endShard; shard++) {
          const place = `${table.name}/${partition.name}/${index.name}/${shard - index.firstShard}`;
          const files = wanted.get(place);
          wanted.delete(place);
          // A snapshot of metadata only makes tables without data.
          if (!files) {
            if (manifest.content === 'all') wrong(`${place} is there, and no part of the snapshot`);
            continue;
          }
          for (const node of catalog.shards.replicaNodesOf(shard)) {
            if (restored.emptied.has(node)) continue;
            const found = nodes.installedFiles(node, shard);
            if (found?.join(' ') !== files.join(' '))
              wrong(
                `${place} on node ${node} holds ${found?.join(' ') ?? 'nothing'}, and not ${files.join(' ')}`,
              );
          }
        }
      }
    }
  }
  for (const place of wanted.keys()) wrong(`${place} was not restored`);
  return violations;
}

/** After a RESTORE that was cancelled or refused: the cluster is as it was, which is empty. */
export function checkUntouched({ catalog, database, nowMs }: Restored): Violation[] {
  const names = [...catalog.database(database).tables.keys()];
  if (names.length === 0) return [];
  return [{ checker: ROUND_TRIP, atMs: nowMs, message: `a restore that failed left ${names.join(', ')}` }];
}

/** By place: the contents that the source had when the case began. Where sources are not checked, the snapshot's word counts. */
function wantedContents(scene: Scene, manifest: PlainManifest): Map<string, readonly string[]> {
  const { engine, faults = [] } = scene.scenario;
  const isTrusting = !engine.checkSource && faults.some(({ kind }) => kind === 'file-corrupt');
  const wanted = new Map<string, readonly string[]>();
  for (const table of manifest.tables) {
    for (const partition of table.partitions) {
      for (const index of partition.indexes) {
        for (const shard of index.shards) {
          const source = scene.shardOfId.get(shard.id);
          if (!source) continue;
          const written = Array.from({ length: source.files }, (_, file) =>
            (source.firstFile + file).toString(16).padStart(32, '0'),
          );
          const place = `${source.table}/${source.partition}/${source.index}/${source.bucket}`;
          wanted.set(place, isTrusting ? shard.files.map(({ checksum }) => checksum) : written);
        }
      }
    }
  }
  return wanted;
}
