import { DrillError, invariant } from '../base/errors.js';
import { nearest } from '../base/text.js';
import { ShardStore } from './shard-store.js';

export interface Database {
  readonly id: number;
  readonly name: string;
  /** By name, in the order of creation. */
  readonly tables: Map<string, Table>;
}

export type Table = OlapTable | View | ForeignTable;

export interface OlapTable {
  readonly type: 'OLAP';
  readonly id: number;
  readonly name: string;
  readonly replication: number;
  readonly partitions: readonly Partition[];
}

export interface View {
  readonly type: 'VIEW';
  readonly id: number;
  readonly name: string;
  readonly definition: string;
}

/** A table whose data lives elsewhere (MYSQL, ELASTICSEARCH, …): it cannot be backed up. */
export interface ForeignTable {
  readonly type: string;
  readonly id: number;
  readonly name: string;
}

export interface Partition {
  readonly id: number;
  readonly name: string;
  readonly visibleVersion: number;
  readonly indexes: readonly Index[];
}

/** The base table of a partition or one of its rollups. Its shards are `firstShard … endShard - 1`, in bucket order. */
export interface Index {
  readonly id: number;
  readonly name: string;
  readonly base: boolean;
  /** An index still being built is not visible, and not backed up. */
  readonly visible: boolean;
  readonly firstShard: number;
  readonly endShard: number;
}

/** Where a shard belongs; with its own id, its address in the cluster and in a repository. */
export interface IndexAddress {
  readonly databaseId: number;
  readonly tableId: number;
  readonly partitionId: number;
  readonly indexId: number;
  /** The partition's version, which is what a snapshot is taken at. */
  readonly version: number;
}

export interface ShardAddress extends IndexAddress {
  readonly shardId: number;
}

export interface NewTable {
  readonly name: string;
  readonly replication: number;
  readonly partitions: readonly NewPartition[];
}

export interface NewPartition {
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly NewIndex[];
}

export interface NewIndex {
  readonly name: string;
  readonly base: boolean;
  readonly visible?: boolean;
  /** Called once a bucket, in order. */
  readonly shard: (bucket: number) => { fileSizeBytes: ArrayLike<number>; replicaNodes: ArrayLike<number> };
  readonly buckets: number;
}

/** An index that has its ids already. */
export interface AdoptedIndex {
  readonly name: string;
  readonly base: boolean;
  readonly visible: boolean;
  /** In the order of their buckets. */
  readonly shards: readonly {
    readonly id: number;
    readonly fileSizeBytes: ArrayLike<number>;
    readonly replicaNodes: ArrayLike<number>;
  }[];
}

/** Ids begin here, as they do in a fresh Doris cluster. */
const FIRST_ID = 10_001;

/** Databases down to replicas, and which nodes are alive. Nodes are named by their ordinal. */
export class Catalog {
  readonly databases = new Map<string, Database>();
  readonly shards = new ShardStore();
  readonly indexes: IndexAddress[] = [];
  /** The first shard of each of `indexes`; an index ends where the next one begins. */
  private readonly firstShards: number[] = [];
  /** Ordinals of `indexes` by id; those of the last ones may be missing. */
  private readonly indexOrdinals = new Map<number, number>();
  readonly nodeNames: readonly string[];
  /** 1 where the node answers. */
  readonly nodeAlive: Uint8Array;
  private nextId = FIRST_ID;

  constructor(nodeNames: readonly string[]) {
    this.nodeNames = nodeNames;
    this.nodeAlive = new Uint8Array(nodeNames.length).fill(1);
  }

  createDatabase(name: string): Database {
    invariant(!this.databases.has(name), `database ${name} created twice`);
    const database: Database = { id: this.nextId++, name, tables: new Map() };
    this.databases.set(name, database);
    return database;
  }

  /** The database of this name, or DATABASE_UNKNOWN. */
  database(name: string): Database {
    const database = this.databases.get(name);
    if (database) return database;
    const meant = nearest(name, this.databases.keys());
    throw new DrillError('DATABASE_UNKNOWN', `there is no database ${name}`, {
      hint: meant ? `did you mean ${meant}?` : undefined,
    });
  }

  createView(database: Database, name: string, definition: string): View {
    return this.attach(database, this.buildView(name, definition));
  }

  /** Builds a view that is not visible yet. */
  buildView(name: string, definition: string): View {
    return { type: 'VIEW', id: this.nextId++, name, definition };
  }

  createForeignTable(database: Database, name: string, type: string): ForeignTable {
    return this.attach(database, { type, id: this.nextId++, name });
  }

  /** Builds a table with its shards and replicas and makes it visible under its name. */
  createTable(database: Database, spec: NewTable): OlapTable {
    return this.attach(database, this.buildTable(database, spec));
  }

  /** Builds a table that is not visible yet: what a RESTORE fills before it commits. */
  buildTable(database: Database, spec: NewTable): OlapTable {
    const id = this.nextId++;
    const partitions = spec.partitions.map((partition) => this.buildPartition(database.id, id, partition));
    return { type: 'OLAP', id, name: spec.name, replication: spec.replication, partitions };
  }

  attach<T extends Table>(database: Database, table: T): T {
    invariant(!database.tables.has(table.name), `table ${table.name} created twice`);
    database.tables.set(table.name, table);
    return table;
  }

  /** Makes a table or view visible under its name, in the place of the one that has it. */
  put(database: Database, table: Table): void {
    database.tables.set(table.name, table);
  }

  drop(database: Database, name: string): void {
    database.tables.delete(name);
  }

  addressOf(shard: number): ShardAddress {
    const owner = this.indexes[this.shards.owner[shard]!];
    invariant(owner, `shard ${shard} has no owner`);
    return { ...owner, shardId: this.shards.id[shard]! };
  }

  /** Builds a partition that is not visible yet; under the `id` of one that it is to take the place of, or its own. */
  buildPartition(
    databaseId: number,
    tableId: number,
    spec: NewPartition,
    id: number = this.nextId++,
  ): Partition {
    const indexes = spec.indexes.map((index) => {
      const address = { databaseId, tableId, partitionId: id, indexId: this.nextId++, version: spec.version };
      return this.buildIndex(address, index);
    });
    return { id, name: spec.name, visibleVersion: spec.version, indexes };
  }

  /** The index of this id, with its shards; adds it with these where there is none, as when a journal is read. */
  adoptIndex(address: IndexAddress, spec: AdoptedIndex): Index {
    const { name, base, visible, shards } = spec;
    this.reserveId(address.indexId);
    const known = this.shardsOfIndex(address.indexId);
    if (known) return { id: address.indexId, name, base, visible, ...known };
    const owner = this.addIndex(address);
    const firstShard = this.shards.count;
    for (const [bucket, shard] of shards.entries()) {
      this.reserveId(shard.id);
      this.shards.add(shard.id, { ...shard, owner, bucket, version: address.version });
    }
    return { id: address.indexId, name, base, visible, firstShard, endShard: this.shards.count };
  }

  /** Never gives `id` to anything new. */
  reserveId(id: number): void {
    this.nextId = Math.max(this.nextId, id + 1);
  }

  private buildIndex(address: IndexAddress, spec: NewIndex): Index {
    const owner = this.addIndex(address);
    const firstShard = this.shards.count;
    for (let bucket = 0; bucket < spec.buckets; bucket++) {
      const { fileSizeBytes, replicaNodes } = spec.shard(bucket);
      this.shards.add(this.nextId++, {
        owner,
        bucket,
        version: address.version,
        fileSizeBytes,
        replicaNodes,
      });
    }
    const { name, base, visible = true } = spec;
    return { id: address.indexId, name, base, visible, firstShard, endShard: this.shards.count };
  }

  private addIndex(address: IndexAddress): number {
    this.firstShards.push(this.shards.count);
    return this.indexes.push(address) - 1;
  }

  private shardsOfIndex(id: number): Pick<Index, 'firstShard' | 'endShard'> | undefined {
    // Filled when first asked for: only reading a journal asks, and there can be a million indexes.
    for (let i = this.indexOrdinals.size; i < this.indexes.length; i++) {
      this.indexOrdinals.set(this.indexes[i]!.indexId, i);
    }
    const ordinal = this.indexOrdinals.get(id);
    if (ordinal === undefined) return undefined;
    const firstShard = this.firstShards[ordinal]!;
    return { firstShard, endShard: this.firstShards[ordinal + 1] ?? this.shards.count };
  }
}

export const isOlap = (table: Table): table is OlapTable => table.type === 'OLAP';
export const isView = (table: Table): table is View => table.type === 'VIEW';
