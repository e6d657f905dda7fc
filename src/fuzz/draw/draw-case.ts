import { isOlap, type Catalog } from '../../catalog/index.js';
import {
  generateCatalog,
  generateTargetCatalog,
  type DatabaseSpec,
  type Scenario,
  type TableSpec,
} from '../../scenario/index.js';
import {
  backupText,
  DATABASE,
  FIRST_LABEL,
  OTHER_DATABASE,
  type BackupSpec,
  type BrokenReplica,
  type FuzzCase,
  type Meanwhile,
  type Selected,
} from '../fuzz-case.js';
import { Dice } from './dice.js';
import { drawEngine } from './engine.js';
import { estimateMs } from './estimate.js';
import { drawFaults, type FaultStage, type ShardPlace } from './faults.js';
import { drawCluster, drawRepository, withBundles } from './hardware.js';
import { momentsOf } from './moments.js';
import { drawTable, drawTables } from './tables.js';

const BACKUP_STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
] as const;
const RESTORE_STATES = ['PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING'] as const;

/** Cases whose faults are aimed at what happens without them, which costs a run more. */
const AIMED = 0.25;

/** The case that a seed stands for. */
export function drawCase(seed: string): FuzzCase {
  const calm = drawQuietCase(seed);
  const { scenario } = calm;
  const catalog = generateCatalog(scenario);
  const aim = new Dice(seed, 'aim');
  const stage: FaultStage = {
    catalog,
    estimateMs: estimateMs(scenario),
    tickMs: scenario.engine.tickMs,
    lostAfterMs: scenario.engine.lostAfterMs,
    moments: aim.chance(AIMED) ? momentsOf(scenario) : [],
    dryRun: () => momentsOf(scenario),
    places: placesOf(catalog),
    tables: tablesOf(scenario),
    states: BACKUP_STATES,
  };
  const dice = new Dice(seed, 'faults');
  const faults = drawFaults(dice, stage);
  const drawn: FuzzCase = {
    ...calm,
    scenario: { ...scenario, ...(faults.length === 0 ? {} : { faults }) },
    brokenReplicas: drawBroken(dice, catalog),
    meanwhile: drawMeanwhile(new Dice(seed, 'meanwhile'), stage.estimateMs, scenario.databases.length > 1),
  };
  const mended = { ...drawn, ...drawCalm(new Dice(seed, 'calm'), drawn, stage.estimateMs) };
  return dice.chance(0.35) ? { ...mended, restoreFaults: drawRestoreFaults(dice, mended) } : mended;
}

/** The same without faults. */
function drawQuietCase(seed: string): FuzzCase {
  const dice = new Dice(seed, 'scenario');
  const cluster = drawCluster(dice);
  const mostReplicas = Math.min(3, cluster.nodes.length);
  const tables = drawTables(dice, mostReplicas);
  const databases: DatabaseSpec[] = [{ name: DATABASE, tables }];
  if (dice.chance(0.3))
    databases.push({ name: OTHER_DATABASE, tables: [drawTable(dice, 'o1', mostReplicas)] });
  const backup = drawBackup(dice, tables);
  const restoreNodes = dice.int(1, 4);
  const scenario: Scenario = {
    name: `fuzz-${seed}`,
    description: '',
    seed,
    cluster,
    repository: withBundles(new Dice(seed, 'bundles'), drawRepository(dice)),
    databases,
    engine: drawEngine(dice),
    statement: { text: backupText(backup, FIRST_LABEL), line: 1 },
    restore: { nodes: restoreNodes, replication: dice.int(1, Math.min(2, restoreNodes)) },
  };
  const afterCancel = dice.pick(['nothing', 'nothing', 'same-label', 'drop-and-same-label'] as const);
  return { seed, scenario, backup, brokenReplicas: [], meanwhile: [], afterCancel };
}

function drawBackup(dice: Dice, tables: readonly TableSpec[]): BackupSpec {
  const timeoutSec = dice.pick([undefined, undefined, 120, dice.int(1, 5), dice.int(5, 60)]);
  return {
    database: DATABASE,
    selected: drawSelected(dice, tables),
    content: dice.chance(0.06) ? 'metadata_only' : 'all',
    ...(timeoutSec === undefined ? {} : { timeoutSec }),
  };
}

function drawSelected(dice: Dice, tables: readonly TableSpec[]): Selected {
  const kind = dice.pick(['all', 'all', 'on', 'exclude'] as const);
  const candidates = tables.filter(({ type }) => kind !== 'on' || type === 'OLAP' || type === 'VIEW');
  const chosen = dice.some(candidates, 0.6);
  if (kind === 'all' || chosen.length === 0) return { kind: 'all', tables: [] };
  return {
    kind,
    tables: chosen.map(({ name, partitions }) => {
      const named = dice.some(partitions, 0.5).map((partition) => partition.name);
      return named.length > 0 ? { table: name, partitions: named } : { table: name };
    }),
  };
}

function drawBroken(dice: Dice, { shards }: Catalog): BrokenReplica[] {
  if (!dice.chance(0.25)) return [];
  const probability = dice.pick([0.05, 0.3]);
  const broken: BrokenReplica[] = [];
  for (let shard = 0; shard < shards.count; shard++) {
    const replicas = shards.firstReplica[shard + 1]! - shards.firstReplica[shard]!;
    for (let replica = 0; replica < replicas; replica++)
      if (dice.chance(probability))
        broken.push({ shard, replica, why: dice.pick(['unhealthy', 'behind'] as const) });
  }
  return broken;
}

function drawMeanwhile(dice: Dice, lengthMs: number, hasOther: boolean): Meanwhile[] {
  if (dice.chance(0.6)) return [];
  const own = ['second-backup', 'drop-snapshot', 'cancel', 'show'] as const;
  const what = hasOther ? ([...own, 'other-database'] as const) : own;
  return Array.from({ length: dice.int(1, 3) }, () => ({
    atMs: Math.round(10 * dice.share() * 1.5 * lengthMs) / 10,
    what: dice.pick(what),
  })).sort((a, b) => a.atMs - b.atMs);
}

/** In some cases all is mended while jobs are at work: what they can then be asked for is more than that they end. */
function drawCalm(
  dice: Dice,
  { meanwhile, scenario }: FuzzCase,
  lengthMs: number,
): Pick<FuzzCase, 'calmAfterMs'> {
  if (meanwhile.length > 0 || !dice.chance(0.3)) return {};
  const mostMs = lengthMs + dice.pick([0, 1, 3]) * scenario.engine.lostAfterMs;
  return { calmAfterMs: Math.round(10 * dice.share() * mostMs) / 10 };
}

function drawRestoreFaults(dice: Dice, { scenario }: FuzzCase): NonNullable<FuzzCase['restoreFaults']> {
  const catalog = generateTargetCatalog(scenario);
  const { tickMs, lostAfterMs } = scenario.engine;
  const stage = {
    catalog,
    tickMs,
    lostAfterMs,
    moments: [],
    dryRun: () => [],
    estimateMs: estimateMs(scenario),
    places: [],
    tables: [],
    states: RESTORE_STATES,
  };
  return drawFaults(dice, stage);
}

/** Every shard by its place, told from the catalog by plain loops. */
function placesOf(catalog: Catalog): ShardPlace[] {
  const { shards } = catalog;
  const places: ShardPlace[] = [];
  for (const database of catalog.databases.values()) {
    for (const table of database.tables.values()) {
      if (!isOlap(table)) continue;
      for (const partition of table.partitions) {
        for (const index of partition.indexes) {
          for (let shard = index.firstShard; shard < index.endShard; shard++) {
            places.push({
              shard: {
                database: database.name,
                table: table.name,
                partition: partition.name,
                index: index.name,
                bucket: shard - index.firstShard,
              },
              files: shards.fileCount(shard),
              nodes: [...shards.replicaNodesOf(shard)],
            });
          }
        }
      }
    }
  }
  return places;
}

const tablesOf = ({ databases }: Scenario): FaultStage['tables'] =>
  databases.flatMap(({ name, tables }) =>
    tables.map((table) => ({
      database: name,
      table: table.name,
      partitions: table.partitions.map((partition) => partition.name),
    })),
  );
