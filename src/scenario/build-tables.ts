import { fixed, mean } from '../base/distribution.js';
import { plural } from '../base/text.js';
import type { Path } from './places.js';
import { cannotHold, type Report } from './report.js';
import { readShards } from './shards.js';
import type { ClusterSpec, DatabaseSpec, PartitionSpec, TableSpec } from './scenario.js';
import {
  MAX_GENERATED,
  SHARD_KEYS,
  TABLE_DEFAULTS,
  type DatabaseInput,
  type PartitionInput,
  type TableInput,
} from './table-schema.js';

/** Ordinals of replicas and files are 32-bit. */
const MAX_ORDINALS = 2 ** 31 - 1;
const INDEX_PLACEHOLDER = '{i}';

/** What has been built so far, against what can be held. */
interface Totals {
  partitions: number;
  replicas: number;
  files: number;
  sizeBytes: number;
  full: boolean;
}

export function buildDatabases(
  inputs: readonly DatabaseInput[],
  cluster: ClusterSpec,
  report: Report,
): DatabaseSpec[] {
  const totals: Totals = { partitions: 0, replicas: 0, files: 0, sizeBytes: 0, full: false };
  const names = new Names(report, 'database');
  return inputs.map(({ name, tables }, i) => {
    const path: Path = ['databases', i];
    names.add(name, [...path, 'name']);
    return { name, tables: buildTables(tables, [...path, 'tables'], { cluster, report, totals }) };
  });
}

interface Context {
  readonly cluster: ClusterSpec;
  readonly report: Report;
  readonly totals: Totals;
}

function buildTables(inputs: readonly TableInput[], path: Path, context: Context): TableSpec[] {
  const names = new Names(context.report, 'table');
  return inputs.flatMap((input, i) => {
    const own: Path = [...path, i];
    const { name: _pattern, ...spec } = buildTable(input, own, context);
    const { partitions, rollups, replication } = spec;
    if (!addUp(input, partitions, rollups.length, replication, own, context)) return [];
    return namesOf(input, own, context.report).map((generated) => {
      names.add(generated, [...own, 'name']);
      const unpartitioned = input.type === 'OLAP' && input.partitions === undefined;
      return named(
        generated,
        unpartitioned ? { ...spec, partitions: partitions.map((p) => named(generated, p)) } : spec,
      );
    });
  });
}

function buildTable(input: TableInput, path: Path, context: Context): TableSpec {
  const { cluster, report } = context;
  const { name, type, definition } = input;
  const replication = input.replication ?? cluster.replication;
  if (
    input.replication !== undefined &&
    input.replication > cluster.nodes.length &&
    cluster.nodes.length > 0
  ) {
    report(
      [
        [...path, 'replication'],
        ['cluster', 'nodes'],
      ],
      cannotHold(cluster.nodes.length, input.replication),
    );
  }
  if (definition !== undefined && type !== 'VIEW') {
    report([[...path, 'definition']], `a table of type ${type} has no definition: only a VIEW has`);
  }
  if (type !== 'OLAP') {
    for (const key of SHARD_KEYS.filter((shardKey) => input[shardKey] !== undefined)) {
      report([[...path, key]], `a table of type ${type} has no ${key}: only OLAP tables hold data here`);
    }
  }
  return {
    name,
    type,
    ...(definition === undefined ? {} : { definition: definition.trim() }),
    replication,
    partitions: type === 'OLAP' ? buildPartitions(input, path, context) : [],
    rollups: type === 'OLAP' ? buildRollups(input.rollups ?? 0, [...path, 'rollups'], report) : [],
    rollupRatio: input.rollupRatio ?? TABLE_DEFAULTS.rollupRatio,
  };
}

function buildPartitions(input: TableInput, path: Path, context: Context): PartitionSpec[] {
  const { report } = context;
  const shape = {
    version: TABLE_DEFAULTS.version,
    buckets: input.buckets ?? fixed(TABLE_DEFAULTS.buckets),
    filesPerShard: input.filesPerShard ?? fixed(TABLE_DEFAULTS.filesPerShard),
    fileSizeBytes: input.fileSize ?? fixed(TABLE_DEFAULTS.fileSizeBytes),
  };
  const { partitions = [input.name] } = input;
  if (typeof partitions === 'number') {
    return Array.from({ length: partitions }, (_, i) => ({ name: `p${i + 1}`, ...shape }));
  }
  const names = new Names(report, 'partition');
  return partitions.flatMap((entry, i) => {
    const own: Path = [...path, 'partitions', i];
    if (typeof entry === 'string') {
      if (input.partitions !== undefined) names.add(entry, own);
      return [{ name: entry, ...shape }];
    }
    const spec = {
      buckets: entry.buckets ?? shape.buckets,
      filesPerShard: entry.filesPerShard ?? shape.filesPerShard,
      fileSizeBytes: entry.fileSize ?? shape.fileSizeBytes,
      version: entry.version,
      ...(entry.shards === undefined ? {} : listed(entry, entry.shards, input, own, context)),
    };
    return namesOf(entry, own, report).map((name) => {
      names.add(name, [...own, 'name']);
      return named(name, spec);
    });
  });
}

/** What a partition is like whose shards are listed. */
function listed(
  entry: PartitionInput,
  text: string,
  table: TableInput,
  path: Path,
  { cluster, report }: Context,
): Pick<PartitionSpec, 'buckets' | 'filesPerShard' | 'fileSizeBytes' | 'shards'> {
  const at = [...path, 'shards'];
  for (const key of ['buckets', 'filesPerShard', 'fileSize', 'count'] as const)
    if (entry[key] !== undefined)
      report([[...path, key]], `a partition whose shards are listed has no ${key}`);
  if (table.rollups !== undefined && table.rollups !== 0)
    report(
      [at],
      'the shards of a table with rollups cannot be listed: list those of all indexes, without rollups',
    );
  const shards = readShards(
    text,
    cluster.nodes.map(({ name }) => name),
    (message) => report([at], message),
  );
  const count = shards.files.length;
  const files = shards.files.reduce((sum, one) => sum + one, 0);
  const sizeBytes = shards.sizeBytes.reduce((sum, one) => sum + one, 0);
  return {
    buckets: fixed(count),
    filesPerShard: fixed(count === 0 ? 0 : files / count),
    fileSizeBytes: fixed(files === 0 ? 0 : sizeBytes / files),
    shards,
  };
}

function buildRollups(rollups: number | readonly string[], path: Path, report: Report): string[] {
  if (typeof rollups === 'number') return Array.from({ length: rollups }, (_, i) => `r${i + 1}`);
  const names = new Names(report, 'rollup');
  rollups.forEach((name, i) => names.add(name, [...path, i]));
  return [...rollups];
}

/** A copy under this name. */
const named = <T extends object>(name: string, spec: T): T & { readonly name: string } => ({ ...spec, name });

/** The names that an entry stands for: its own, or with a count, its pattern's. */
function namesOf(
  entry: Pick<TableInput | PartitionInput, 'name' | 'count'>,
  path: Path,
  report: Report,
): string[] {
  const { name, count } = entry;
  const isPattern = name.includes(INDEX_PLACEHOLDER);
  if (count === undefined) {
    if (isPattern)
      report(
        [[...path, 'name']],
        `${name} is a pattern and needs a count beside it`,
        'for example count: 10',
      );
    return [name];
  }
  if (!isPattern && count > 1) {
    report(
      [[...path, 'name']],
      `${count} of these cannot all be named ${name}`,
      `write {i} where the number goes: '${name}{i}'`,
    );
    return [name];
  }
  return Array.from({ length: count }, (_, i) => name.replaceAll(INDEX_PLACEHOLDER, String(i + 1)));
}

/** Counts what a table entry adds, in the mean; false once the whole is more than can be held. */
function addUp(
  input: TableInput,
  partitions: readonly PartitionSpec[],
  rollups: number,
  replication: number,
  path: Path,
  { report, totals }: Context,
): boolean {
  if (totals.full) return false;
  const tables = input.count ?? 1;
  let shards = 0;
  let files = 0;
  let sizeBytes = 0;
  for (const { buckets, filesPerShard, fileSizeBytes } of partitions) {
    const ofPartition = mean(buckets) * (1 + rollups) * tables;
    shards += ofPartition;
    files += ofPartition * mean(filesPerShard);
    sizeBytes += ofPartition * mean(filesPerShard) * mean(fileSizeBytes);
  }
  totals.partitions += Math.max(partitions.length, 1) * tables;
  totals.replicas += shards * replication;
  totals.files += files;
  totals.sizeBytes += sizeBytes * replication;
  const excess =
    tooMany(totals.partitions, MAX_GENERATED, 'table partition') ??
    tooMany(totals.replicas, MAX_ORDINALS, 'replica') ??
    tooMany(totals.files, MAX_ORDINALS, 'file') ??
    tooMany(totals.sizeBytes, Number.MAX_SAFE_INTEGER, 'byte');
  if (excess !== undefined) {
    totals.full = true;
    report([path], `with this table there are ${excess}`);
  }
  return excess === undefined;
}

function tooMany(count: number, most: number, noun: string): string | undefined {
  if (count <= most) return undefined;
  return `${plural(Math.round(count), noun)}, and at most ${plural(most, noun)} can be simulated`;
}

/** Names that must differ. */
class Names {
  private readonly seen = new Set<string>();
  private readonly report: Report;
  private readonly noun: string;

  constructor(report: Report, noun: string) {
    this.report = report;
    this.noun = noun;
  }

  add(name: string, path: Path): void {
    if (this.seen.has(name)) this.report([path], `two ${this.noun}s are named ${name}`);
    this.seen.add(name);
  }
}
