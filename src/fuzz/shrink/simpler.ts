import { fixed, mean } from '../../base/distribution.js';
import { PRESETS, type DatabaseSpec, type Scenario, type TableSpec } from '../../scenario/index.js';
import type { Fault } from '../../world/faults.js';
import { withBackup, type FuzzCase } from '../fuzz-case.js';

/** A case that is simpler in one way; undefined where it is as simple as that already. */
export type Candidates = (fuzzCase: FuzzCase) => Iterable<FuzzCase>;

const withScenario = (fuzzCase: FuzzCase, changes: Partial<Scenario>): FuzzCase => ({
  ...fuzzCase,
  scenario: { ...fuzzCase.scenario, ...changes },
});

/** Lists without a half, a quarter, …, and at last without one of their elements. */
export function* shorter<T>(items: readonly T[]): Iterable<T[]> {
  for (let size = items.length; size >= 1; size = Math.floor(size / 2))
    for (let from = 0; from < items.length; from += size)
      yield [...items.slice(0, from), ...items.slice(from + size)];
}

export const fewerFaults: Candidates = function* (fuzzCase) {
  for (const faults of shorter(fuzzCase.scenario.faults ?? [])) yield withScenario(fuzzCase, { faults });
};

export const fewerRestoreFaults: Candidates = function* (fuzzCase) {
  if (!fuzzCase.restoreFaults) return;
  const { restoreFaults, ...rest } = fuzzCase;
  yield rest;
  for (const faults of shorter(restoreFaults)) yield { ...rest, restoreFaults: faults };
};

export const fewerStatements: Candidates = function* (fuzzCase) {
  for (const meanwhile of shorter(fuzzCase.meanwhile)) yield { ...fuzzCase, meanwhile };
  if (fuzzCase.afterCancel !== 'nothing') yield { ...fuzzCase, afterCancel: 'nothing' };
  for (const brokenReplicas of shorter(fuzzCase.brokenReplicas)) yield { ...fuzzCase, brokenReplicas };
};

export const simplerStatement: Candidates = function* (fuzzCase) {
  const { backup } = fuzzCase;
  const { timeoutSec, ...untimed } = backup;
  if (timeoutSec !== undefined) yield withBackup(fuzzCase, untimed);
  if (backup.content !== 'all') yield withBackup(fuzzCase, { ...backup, content: 'all' });
  if (backup.selected.kind === 'all') return;
  yield withBackup(fuzzCase, { ...backup, selected: { kind: 'all', tables: [] } });
};

export const fewerTables: Candidates = function* (fuzzCase) {
  const { databases } = fuzzCase.scenario;
  const [own, ...others] = databases;
  for (const left of shorter(others)) yield withScenario(fuzzCase, { databases: [own!, ...left] });
  for (const [i, database] of databases.entries())
    for (const tables of shorter(database.tables))
      yield withScenario(fuzzCase, { databases: databases.with(i, { ...database, tables }) });
};

export const smallerTables: Candidates = function* (fuzzCase) {
  const { databases } = fuzzCase.scenario;
  for (const [i, database] of databases.entries()) {
    for (const [j, table] of database.tables.entries()) {
      for (const smaller of smallerTable(table)) {
        const changed: DatabaseSpec = { ...database, tables: database.tables.with(j, smaller) };
        yield withScenario(fuzzCase, { databases: databases.with(i, changed) });
      }
    }
  }
};

function* smallerTable(table: TableSpec): Iterable<TableSpec> {
  const { partitions } = table;
  for (const left of shorter(partitions)) yield { ...table, partitions: left };
  if (table.rollups.length > 0) yield { ...table, rollups: [] };
  if (table.replication > 1) yield { ...table, replication: table.replication - 1 };
  for (const [i, partition] of partitions.entries()) {
    const { buckets, filesPerShard, fileSizeBytes } = partition;
    const smaller = [
      ...(mean(buckets) > 1 ? [{ buckets: fixed(1) }, { buckets: fixed(mean(buckets) - 1) }] : []),
      ...(mean(filesPerShard) > 0 ? [{ filesPerShard: fixed(mean(filesPerShard) - 1) }] : []),
      ...(mean(fileSizeBytes) > 1000 ? [{ fileSizeBytes: fixed(1000) }] : []),
      ...(partition.version === 2 ? [] : [{ version: 2 }]),
    ];
    for (const changes of smaller)
      yield { ...table, partitions: partitions.with(i, { ...partition, ...changes }) };
  }
}

export const fewerNodes: Candidates = function* (fuzzCase) {
  const { cluster, databases, restore } = fuzzCase.scenario;
  if (restore.nodes > 1) yield withScenario(fuzzCase, { restore: { nodes: 1, replication: 1 } });
  const count = cluster.nodes.length - 1;
  if (count === 0) return;
  const nodes = cluster.nodes.slice(0, count);
  yield withScenario(fuzzCase, {
    cluster: { ...cluster, nodes },
    databases: databases.map((database) => ({
      ...database,
      tables: database.tables.map((table) => ({ ...table, replication: Math.min(table.replication, count) })),
    })),
  });
};

export const simplerEngine: Candidates = function* (fuzzCase) {
  const { engine } = fuzzCase.scenario;
  const { heartbeatMs, lostAfterMs, minTimeoutMs, defaultTimeoutMs } = engine;
  const own = { heartbeatMs, lostAfterMs, minTimeoutMs, defaultTimeoutMs };
  const plain = { ...PRESETS.tuned, ...own, preset: 'tuned' as const };
  if (JSON.stringify(plain) === JSON.stringify(engine)) return;
  yield withScenario(fuzzCase, { engine: plain });
  for (const key of Object.keys(plain) as (keyof typeof plain)[])
    if (plain[key] !== engine[key])
      yield withScenario(fuzzCase, { engine: { ...engine, [key]: plain[key] } });
};

export const simplerHardware: Candidates = function* (fuzzCase) {
  const { repository, cluster } = fuzzCase.scenario;
  const { limits } = repository;
  const { bundleBelowBytes, ...storage } = repository.storage;
  if (bundleBelowBytes !== undefined)
    yield withScenario(fuzzCase, { repository: { ...repository, storage } });
  const plain = {
    bandwidthBytesPerSec: Infinity,
    perConnectionBytesPerSec: Infinity,
    latencyMs: fixed(1),
    requestsPerSec: Infinity,
    requestBurst: 1,
    multipart: undefined,
    client: { requestMs: 0, directoryMs: 0, bytesPerSec: Infinity },
  };
  for (const key of Object.keys(plain) as (keyof typeof plain)[]) {
    if (JSON.stringify(limits[key]) === JSON.stringify(plain[key])) continue;
    yield withScenario(fuzzCase, { repository: { ...repository, limits: { ...limits, [key]: plain[key] } } });
  }
  const coordinator = { messageMs: 1, persistMs: 0, manifestBytesPerSec: Infinity };
  if (JSON.stringify(cluster.coordinator) !== JSON.stringify(coordinator))
    yield withScenario(fuzzCase, { cluster: { ...cluster, coordinator } });
  if (cluster.placement !== 'even')
    yield withScenario(fuzzCase, { cluster: { ...cluster, placement: 'even' } });
};

/** Rounder and shorter times of faults. */
export const simplerTimes: Candidates = function* (fuzzCase) {
  const { faults = [] } = fuzzCase.scenario;
  for (const [i, fault] of faults.entries())
    for (const simpler of simplerFault(fault))
      yield withScenario(fuzzCase, { faults: faults.with(i, simpler) });
};

const TIMES = ['atMs', 'fromMs', 'forMs', 'downMs', 'lateMs', 'byMs', 'factor', 'afterSteps'] as const;

/** What lasts, lasts for a while. */
const MAY_BE_NOTHING: ReadonlySet<string> = new Set(['atMs', 'fromMs', 'lateMs', 'byMs']);

function* simplerFault(fault: Fault): Iterable<Fault> {
  const values = fault as unknown as Record<string, number | undefined>;
  for (const key of TIMES) {
    const value = values[key];
    if (value === undefined || value === 0) continue;
    const least = MAY_BE_NOTHING.has(key) ? 0 : 1;
    for (const simpler of [least, roundedTo(value, 1), roundedTo(value, 2), Math.round(value)])
      if (simpler !== value && Math.abs(simpler) >= least) yield { ...fault, [key]: simpler };
  }
}

const roundedTo = (value: number, digits: number): number => Number(value.toPrecision(digits));
