import { isOlap, type Catalog } from '../../../catalog/index.js';
import type { Fault, ShardRef, TableDropped } from '../../faults.js';
import type { VirtualNodes } from '../virtual-nodes.js';
import type { VirtualStorages } from '../virtual-storages.js';
import { NodeLinks, type NodeLinksOptions } from './node-links.js';

export interface FaultsOptions extends Omit<NodeLinksOptions, 'nodeCount'> {
  readonly list: readonly Fault[];
  readonly catalog: Catalog;
  readonly nodes: VirtualNodes;
  readonly storages: VirtualStorages;
}

/** Added to a file's own content, for each node, where its replica is corrupt: two replicas are not corrupt alike. */
const CORRUPT = 2 ** 32;

/** Has a list of faults happen, each at its time: what strikes at once; what lasts is the weather's. */
export class Faults {
  private readonly options: FaultsOptions;
  readonly weather: NodeLinksOptions['weather'];
  readonly links: NodeLinks;
  /** How far the calendar is off. */
  clockOffsetMs = 0;
  private isCalm = false;
  /** Faults that last, and have begun. */
  private readonly present = new Set<Fault>();

  constructor(options: FaultsOptions) {
    this.options = options;
    this.weather = options.weather;
    this.links = new NodeLinks({ ...options, nodeCount: options.catalog.nodeNames.length });
    for (const fault of options.list) this.schedule(fault);
  }

  calm(): void {
    this.isCalm = true;
    for (const fault of this.present)
      this.options.witness?.({ kind: 'fault', atMs: this.options.clock.nowMs, fault, event: 'ended' });
    this.present.clear();
    this.weather.calm();
    for (const node of this.options.catalog.nodeNames.keys()) this.links.revive(node);
    for (const repository of this.options.storages.all) repository.setStale(false);
  }

  private schedule(fault: Fault): void {
    // The coordinator's death and its user's wishes are not the world's.
    if (fault.kind === 'coordinator-crash' || fault.kind === 'cancel') return;
    if ('atMs' in fault) this.at(fault.atMs, () => this.strike(fault), fault, 'begun');
    else {
      this.at(fault.fromMs, () => this.begin(fault), fault, 'begun');
      if (fault.forMs !== undefined)
        this.at(fault.fromMs + fault.forMs, () => this.end(fault), fault, 'ended');
    }
  }

  private at(atMs: number, act: () => void, fault: Fault, event: 'begun' | 'ended'): void {
    this.options.after(atMs, () => {
      if (this.isCalm) return;
      if (event === 'ended') this.present.delete(fault);
      else if (!('atMs' in fault)) this.present.add(fault);
      this.options.witness?.({ kind: 'fault', atMs: this.options.clock.nowMs, fault, event });
      act();
    });
  }

  private strike(fault: Extract<Fault, { readonly atMs?: number }>): void {
    const { nodes, catalog, storages, after } = this.options;
    switch (fault.kind) {
      case 'node-crash': {
        const { node, downMs } = fault;
        if (!this.links.isUp(node)) return;
        this.links.crash(node, fault.disk);
        if (fault.disk === 'lost') nodes.wipe(node);
        if (downMs !== undefined) after(downMs, () => this.links.revive(node));
        return;
      }
      case 'file-unreadable':
      case 'file-corrupt': {
        const ordinal = this.fileOf(fault.shard, fault.file);
        if (ordinal === undefined) return;
        const content = fault.kind === 'file-corrupt' ? ordinal + CORRUPT * (fault.node + 1) : undefined;
        return nodes.damage(fault.node, ordinal, content);
      }
      case 'replica-gone': {
        const shard = shardOf(catalog, fault.shard);
        if (shard !== undefined) nodes.forget(fault.node, shard);
        return;
      }
      case 'bit-rot':
        return storages.all.forEach((repository) => repository.rot(fault.pick));
      case 'clock-jump':
        this.clockOffsetMs += fault.byMs;
        return;
      case 'table-dropped':
        return this.dropTable(fault);
      default:
    }
  }

  private begin(fault: Fault): void {
    if (fault.kind === 'stale-listing')
      for (const repository of this.options.storages.all) repository.setStale(true);
  }

  private end(fault: Fault): void {
    if (fault.kind === 'stale-listing')
      for (const repository of this.options.storages.all) repository.setStale(false);
  }

  private fileOf(ref: ShardRef, file: number): number | undefined {
    const { catalog } = this.options;
    const shard = shardOf(catalog, ref);
    if (shard === undefined || file >= catalog.shards.fileCount(shard)) return undefined;
    return catalog.shards.firstFile[shard]! + file;
  }

  private dropTable({ database: databaseName, table: tableName, partition: name }: TableDropped): void {
    const { catalog, nodes } = this.options;
    const database = catalog.databases.get(databaseName);
    const table = database?.tables.get(tableName);
    if (!database || !table) return;
    if (!isOlap(table)) return catalog.drop(database, tableName);
    const dropped = table.partitions.filter((partition) => name === undefined || partition.name === name);
    const partitions = table.partitions.filter((partition) => !dropped.includes(partition));
    if (name === undefined) catalog.drop(database, tableName);
    else catalog.put(database, { ...table, partitions });
    for (const { firstShard, endShard } of dropped.flatMap(({ indexes }) => indexes))
      for (let shard = firstShard; shard < endShard; shard++)
        for (const node of catalog.shards.replicaNodesOf(shard)) nodes.forget(node, shard);
  }
}

function shardOf(catalog: Catalog, ref: ShardRef): number | undefined {
  const table = catalog.databases.get(ref.database)?.tables.get(ref.table);
  if (!table || !isOlap(table)) return undefined;
  const index = table.partitions
    .find(({ name }) => name === ref.partition)
    ?.indexes.find(({ name }) => name === ref.index);
  if (!index || ref.bucket >= index.endShard - index.firstShard) return undefined;
  return index.firstShard + ref.bucket;
}
