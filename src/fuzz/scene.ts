import { isOlap, isView, type Catalog } from '../catalog/index.js';
import type { Scenario } from '../scenario/index.js';
import type { VirtualRepository } from '../world/virtual/virtual-repository.js';
import type { VirtualNodes } from '../world/virtual/virtual-nodes.js';
import type { ShardRef } from '../world/faults.js';
import type { PlainManifest } from './manifest.js';
import type { BackupSpec, FuzzCase } from './fuzz-case.js';

/** A shard as the case's cluster had it before anything happened, told from the catalog by plain loops. */
export interface SceneShard {
  readonly shard: number;
  readonly id: number;
  readonly database: string;
  readonly table: string;
  readonly partition: string;
  readonly index: string;
  readonly bucket: number;
  readonly version: number;
  /** Of its files: a file's content is its ordinal in the catalog. */
  readonly firstFile: number;
  readonly files: number;
  /** Below the directory of its label. */
  readonly directory: string;
}

export interface SceneTable {
  readonly database: string;
  readonly name: string;
  readonly type: string;
  readonly definition: string | undefined;
  readonly partitions: readonly string[];
}

/** What checkers know of a run before it begins. */
export interface Scene {
  readonly case: FuzzCase;
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  /** Shards and tables of the cluster at its beginning: of the one that is backed up. */
  readonly shards: readonly SceneShard[];
  readonly tables: readonly SceneTable[];
  /** Shards by id. */
  readonly shardOfId: ReadonlyMap<number, SceneShard>;
}

export interface AskedBackup {
  readonly spec: BackupSpec;
  readonly askedAtMs: number;
}

/** What checkers may look at while a run goes on, and at its end. */
export interface Stage {
  readonly repository: Pick<VirtualRepository, 'contents' | 'timestampsOf' | 'listings'>;
  /** The manifest of this path, if there is one: read once, until it is written again. */
  readonly manifestAt: (path: string) => PlainManifest | undefined;
  readonly nodes: Pick<VirtualNodes, 'isClean' | 'installedShards'>;
  /** What the user's statements of BACKUP cover, by label, and when the last one was given. */
  readonly specs: ReadonlyMap<string, AskedBackup>;
  /** Labels that the user wanted dropped, whatever became of it. */
  readonly dropped: ReadonlySet<string>;
}

export function sceneOf(fuzzCase: FuzzCase, catalog: Catalog): Scene {
  const shards = shardsOf(catalog);
  return {
    case: fuzzCase,
    scenario: fuzzCase.scenario,
    catalog,
    shards,
    tables: tablesOf(catalog),
    shardOfId: new Map(shards.map((shard) => [shard.id, shard])),
  };
}

function tablesOf(catalog: Catalog): SceneTable[] {
  const tables: SceneTable[] = [];
  for (const database of catalog.databases.values()) {
    for (const table of database.tables.values()) {
      tables.push({
        database: database.name,
        name: table.name,
        type: table.type,
        definition: isView(table) ? table.definition : undefined,
        partitions: isOlap(table) ? table.partitions.map(({ name }) => name) : [],
      });
    }
  }
  return tables;
}

function shardsOf(catalog: Catalog): SceneShard[] {
  const found: SceneShard[] = [];
  const { shards } = catalog;
  for (const database of catalog.databases.values()) {
    for (const table of database.tables.values()) {
      if (!isOlap(table)) continue;
      for (const partition of table.partitions) {
        for (const index of partition.indexes) {
          for (let shard = index.firstShard; shard < index.endShard; shard++) {
            const id = shards.id[shard]!;
            const owner = `__db_${database.id}/__tbl_${table.id}/__part_${partition.id}/__idx_${index.id}`;
            found.push({
              shard,
              id,
              database: database.name,
              table: table.name,
              partition: partition.name,
              index: index.name,
              bucket: shard - index.firstShard,
              version: partition.visibleVersion,
              firstFile: shards.firstFile[shard]!,
              files: shards.firstFile[shard + 1]! - shards.firstFile[shard]!,
              directory: `__ss_content/${owner}/__${id}`,
            });
          }
        }
      }
    }
  }
  return found;
}

/** The directory of a label. */
export const directoryOf = ({ scenario }: Pick<Scene, 'scenario'>, label: string): string =>
  `__palo_repository_${scenario.repository.name}/__ss_${label}`;

/** The path of a label's `__info`. */
export const infoPathOf = (scene: Pick<Scene, 'scenario'>, label: string, timestamp: string): string =>
  `${directoryOf(scene, label)}/__info_${timestamp}`;

/** The name of a shard's file in the repository, without its checksum. */
export const fileNameOf = ({ id, version }: SceneShard, file: number): string =>
  file === 0 ? `${id}.hdr` : `02${version.toString(16).padStart(14, '0')}_${file - 1}.dat`;

/** A content as names and manifests carry it. */
export const contentText = (content: number): string => content.toString(16).padStart(32, '0');

/** The shard that a fault names, if the cluster has it. */
export const shardAt = ({ shards }: Scene, at: ShardRef): SceneShard | undefined =>
  shards.find(
    (shard) =>
      shard.bucket === at.bucket &&
      shard.index === at.index &&
      shard.partition === at.partition &&
      shard.table === at.table &&
      shard.database === at.database,
  );
