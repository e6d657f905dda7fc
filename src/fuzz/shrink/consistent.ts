import { mean } from '../../base/distribution.js';
import type { Scenario } from '../../scenario/index.js';
import type { Fault, ShardRef } from '../../world/faults.js';
import { DATABASE, withBackup, type FuzzCase, type Selected } from '../fuzz-case.js';

/** The case without what names nodes, tables or shards that it does not have any more. */
export function consistent(fuzzCase: FuzzCase): FuzzCase {
  const { scenario, backup } = fuzzCase;
  const faults = (scenario.faults ?? []).filter((fault) => fits(scenario, fault));
  const { faults: _, ...plain } = scenario;
  const restoreFaults = fuzzCase.restoreFaults?.filter(
    (fault) => !('node' in fault) || fault.node === undefined || fault.node < scenario.restore.nodes,
  );
  const { restoreFaults: __, ...rest } = fuzzCase;
  return withBackup(
    {
      ...rest,
      scenario: { ...plain, ...(faults.length === 0 ? {} : { faults }) },
      ...(restoreFaults === undefined ? {} : { restoreFaults }),
    },
    { ...backup, selected: fittingSelection(scenario, backup.selected) },
  );
}

function fits(scenario: Scenario, fault: Fault): boolean {
  if ('node' in fault && fault.node !== undefined && fault.node >= scenario.cluster.nodes.length)
    return false;
  if (fault.kind === 'table-dropped') {
    const table = tableOf(scenario, fault.database, fault.table);
    if (!table) return false;
    return fault.partition === undefined || table.partitions.some(({ name }) => name === fault.partition);
  }
  if (!('shard' in fault)) return true;
  const files = filesAt(scenario, fault.shard);
  return files !== undefined && (!('file' in fault) || fault.file < files);
}

const tableOf = (
  { databases }: Scenario,
  database: string,
  table: string,
): Scenario['databases'][number]['tables'][number] | undefined =>
  databases.find(({ name }) => name === database)?.tables.find(({ name }) => name === table);

/** How many files a shard has; undefined if it is not there. */
function filesAt(
  scenario: Scenario,
  { database, table, partition, index, bucket }: ShardRef,
): number | undefined {
  const found = tableOf(scenario, database, table);
  const part = found?.partitions.find(({ name }) => name === partition);
  if (!found || !part || bucket >= mean(part.buckets)) return undefined;
  if (index !== table && !found.rollups.includes(index)) return undefined;
  return 1 + mean(part.filesPerShard);
}

function fittingSelection({ databases }: Scenario, { kind, tables }: Selected): Selected {
  const known = databases.find(({ name }) => name === DATABASE)?.tables ?? [];
  const left = tables.flatMap((item) => {
    const table = known.find(({ name }) => name === item.table);
    if (!table) return [];
    const partitions = item.partitions?.filter((name) => table.partitions.some((p) => p.name === name));
    if (item.partitions === undefined) return [item];
    return partitions!.length === 0 ? [] : [{ table: item.table, partitions: partitions! }];
  });
  return left.length === 0 ? { kind: 'all', tables: [] } : { kind, tables: left };
}
