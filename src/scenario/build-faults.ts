import { listOf, nearest, plural } from '../base/text.js';
import type { Distribution } from '../base/distribution.js';
import type { Fault, ShardRef } from '../world/faults.js';
import type { FaultInput } from './fault-schema.js';
import type { Path } from './places.js';
import type { Report } from './report.js';
import type { ClusterSpec, DatabaseSpec, PartitionSpec, TableSpec } from './scenario.js';

/** What faults may hit. */
interface Victims {
  readonly cluster: ClusterSpec;
  readonly databases: readonly DatabaseSpec[];
}

/** Whose messages or requests, where no single node is meant. */
export const EVERYONE = 'all';
export const COORDINATOR = 'coordinator';

/** The faults of a scenario, with ordinals for nodes; what they name and there is not is told to `report`. */
export function buildFaults(inputs: readonly FaultInput[], victims: Victims, report: Report): Fault[] {
  const ordinals = new Map(victims.cluster.nodes.map(({ name }, i) => [name, i]));
  return inputs.map((input, i) => buildFault(input, new Builder(victims, ordinals, ['faults', i], report)));
}

function buildFault(input: FaultInput, builder: Builder): Fault {
  switch (input.kind) {
    case 'node-crash': {
      const { kind, disk } = input;
      const downMs = input.for === undefined ? {} : { downMs: input.for };
      return { kind, node: builder.node(input.node, kind), atMs: input.at, ...downMs, disk };
    }
    case 'node-slow':
    case 'disk-slow': {
      const { kind, factor } = input;
      return { kind, node: builder.node(input.node, kind), factor, ...lasting(input) };
    }
    case 'disk-full':
      return { kind: input.kind, node: builder.node(input.node, input.kind), ...lasting(input) };
    case 'file-unreadable':
    case 'file-corrupt': {
      const { kind, file } = input;
      const node = builder.node(input.node, kind);
      return { kind, node, shard: builder.shard(input.shard, node, file), file, atMs: input.at };
    }
    case 'replica-gone': {
      const node = builder.node(input.node, input.kind);
      return { kind: input.kind, node, shard: builder.shard(input.shard, node), atMs: input.at };
    }
    case 'partition': {
      const { kind, from } = input;
      return { kind, node: builder.node(input.node, kind), from, ...lasting(input) };
    }
    case 'messages': {
      const { kind, lost, duplicated, late } = input;
      const node = input.node === EVERYONE ? {} : { node: builder.node(input.node, kind, [EVERYONE]) };
      return { kind, ...node, lost, duplicated, lateMs: late, ...lasting(input) };
    }
    case 'table-dropped':
      return { kind: input.kind, atMs: input.at, ...builder.tableOrPartition(input.table, input.kind) };
    case 'repository-failure':
      return repositoryFailure(input, builder);
    default:
      return withoutVictim(input);
  }
}

type InputOf<Kind extends FaultInput['kind']> = Extract<FaultInput, { readonly kind: Kind }>;

function repositoryFailure(input: InputOf<'repository-failure'>, builder: Builder): Fault {
  const { kind, failure, chance } = input;
  const whose = { kind, failure, chance, ...lasting(input) };
  if (input.of === EVERYONE) return whose;
  if (input.of === COORDINATOR) return { ...whose, of: COORDINATOR };
  return { ...whose, of: builder.node(input.of, 'of', [COORDINATOR, EVERYONE]) };
}

function withoutVictim(
  input: InputOf<'stale-listing' | 'bit-rot' | 'coordinator-crash' | 'clock-jump' | 'cancel'>,
): Fault {
  switch (input.kind) {
    case 'stale-listing':
      return { kind: input.kind, ...lasting(input) };
    case 'bit-rot':
      return { kind: input.kind, atMs: input.at, pick: input.pick };
    case 'coordinator-crash': {
      const { kind, afterSteps } = input;
      const steps = afterSteps === undefined ? {} : { afterSteps };
      return { kind, ...maybeAt(input), ...steps, downMs: input.for };
    }
    case 'clock-jump':
      return { kind: input.kind, atMs: input.at, byMs: input.by };
    case 'cancel':
      return {
        kind: input.kind,
        ...maybeAt(input),
        ...(input.in === undefined ? {} : { inState: input.in }),
      };
  }
}

const lasting = (input: { readonly at: number; readonly for?: number | undefined }) => ({
  fromMs: input.at,
  ...(input.for === undefined ? {} : { forMs: input.for }),
});

const maybeAt = ({ at }: { readonly at?: number | undefined }) => (at === undefined ? {} : { atMs: at });

/** Finds what a fault names. Where there is no such thing it says so, and answers anything. */
class Builder {
  private readonly victims: Victims;
  private readonly ordinals: ReadonlyMap<string, number>;
  private readonly path: Path;
  private readonly report: Report;

  constructor(victims: Victims, ordinals: ReadonlyMap<string, number>, path: Path, report: Report) {
    this.victims = victims;
    this.ordinals = ordinals;
    this.path = path;
    this.report = report;
  }

  node(name: string, key: string, others: readonly string[] = []): number {
    const ordinal = this.ordinals.get(name);
    if (ordinal !== undefined) return ordinal;
    const names = [...others, ...this.ordinals.keys()];
    const at: readonly [Path, Path] = [
      [...this.path, key],
      ['cluster', 'nodes'],
    ];
    // Without any node, something else is wrong and told already.
    if (this.ordinals.size > 0)
      this.report(at, `there is no node ${name}`, suggestion(name, names, 'the nodes are'));
    return 0;
  }

  /** A table or a partition of it. */
  tableOrPartition(
    text: string,
    key: string,
  ): { readonly database: string; readonly table: string; readonly partition?: string } {
    const [database = '', table = '', partition] = text.split('.');
    const found = this.table(database, table, key);
    if (partition === undefined) return { database, table };
    if (found) this.named(found.partitions, partition, `${database}.${table} has no partition`, key);
    return { database, table, partition };
  }

  /** A shard of which the node may hold a replica, with that file where one is named. */
  shard(text: string, node: number, file?: number): ShardRef {
    const [names = '', ...rest] = text.split('/');
    const [database = '', table = '', partition = ''] = names.split('.');
    const bucket = Number(rest.at(-1));
    const index = rest.length > 1 ? rest[0]! : table;
    const found = this.table(database, table, 'shard');
    if (found) this.checkShard(found, { database, table, partition, index, bucket }, node, file);
    return { database, table, partition, index, bucket };
  }

  private checkShard(table: TableSpec, ref: ShardRef, node: number, file: number | undefined): void {
    const whole = `${ref.database}.${ref.table}`;
    if (table.type !== 'OLAP')
      return this.say('shard', `${whole} is of type ${table.type} and has no shards`);
    const indexes = [table.name, ...table.rollups].map((name) => ({ name }));
    this.named(indexes, ref.index, `${whole} has no index`, 'shard');
    const partition = this.named(table.partitions, ref.partition, `${whole} has no partition`, 'shard');
    if (!partition) return;
    const buckets = mostOf(partition.buckets);
    if (ref.bucket >= buckets)
      return this.say(
        'shard',
        `${whole}.${ref.partition} has ${plural(buckets, 'bucket')}, and no bucket ${ref.bucket}`,
        `buckets count from 0: the last one is ${buckets - 1}`,
      );
    const files = segmentsOf(partition, ref.bucket);
    if (file !== undefined && file > files)
      this.say(
        'file',
        `the shard has ${plural(files, 'segment file')} and a header, and no file ${file}`,
        `0 is its header, ${files > 0 ? `${files} the last of its segment files` : 'and there is no other'}`,
      );
    const holders = partition.shards?.nodes[ref.bucket];
    if (holders && !holders.includes(node)) {
      const names = holders.map((holder) => this.victims.cluster.nodes[holder]!.name);
      this.say('shard', 'the node has no replica of this shard', `${listOf(names, 'and')} have one`);
    }
  }

  private table(database: string, table: string, key: string): TableSpec | undefined {
    const found = this.named(this.victims.databases, database, 'there is no database', key);
    return found && this.named(found.tables, table, `${database} has no table`, key);
  }

  private named<T extends { readonly name: string }>(
    items: readonly T[],
    name: string,
    complaint: string,
    key: string,
  ): T | undefined {
    const found = items.find((item) => item.name === name);
    if (found) return found;
    this.say(
      key,
      `${complaint} ${name}`,
      suggestion(
        name,
        items.map((item) => item.name),
        'there are',
      ),
    );
    return undefined;
  }

  private say(key: string, message: string, hint?: string): void {
    this.report([[...this.path, key]], message, hint);
  }
}

function suggestion(name: string, candidates: readonly string[], otherwise: string): string | undefined {
  const meant = nearest(name, candidates);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return candidates.length === 0 ? undefined : `${otherwise} ${listOf(candidates, 'and')}`;
}

/** What a count is at most; without a limit it is known only when it is drawn. */
function mostOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'fixed':
      return distribution.value;
    case 'uniform':
      return Math.round(distribution.max);
    case 'lognormal':
      return Infinity;
    case 'pareto':
      return distribution.max === undefined ? Infinity : Math.round(distribution.max);
    case 'histogram':
      return Math.round(distribution.buckets.at(-1)!.max);
  }
}

const segmentsOf = ({ filesPerShard, shards }: PartitionSpec, bucket: number): number =>
  shards ? shards.files[bucket]! : mostOf(filesPerShard);
