import { DrillError } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import type { ScannedShard } from '../../node/index.js';

/** Of a snapshotted shard: its files are those of the replica, and need no list. */
const LINKED: readonly string[] = [];

/** What the nodes' disks hold besides replicas: snapshots, staged files, and what a restore installed. */
export class VirtualNodes {
  private readonly catalog: Catalog;
  /** By node and job: the shards snapshotted or staged. */
  private readonly held: Map<number, Map<number, readonly string[]>>[];
  /** By node and shard: the checksums of the files that a restore put there. */
  private readonly installed = new Map<string, readonly string[]>();
  /** By node and shard: replicas that were removed. */
  private readonly removed = new Set<string>();
  /** Nodes whose disks were lost: of the replicas that they had, nothing is left. */
  private readonly emptied = new Set<number>();
  /** By node and file of the catalog: what a replica's file has instead of its content; undefined: it cannot be read. */
  private readonly damaged = new Map<string, number | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.held = catalog.nodeNames.map(() => new Map());
  }

  /** Takes a snapshot; answers how many files it has. */
  link(node: number, jobId: number, shard: number): number {
    if (!this.hasReplica(node, shard)) {
      throw new DrillError('TASK_FAILED', `${this.catalog.nodeNames[node]} has no replica of shard ${shard}`);
    }
    this.heldBy(node, jobId).set(shard, LINKED);
    return this.catalog.shards.fileCount(shard);
  }

  scan(node: number, jobId: number, shard: number): ScannedShard | undefined {
    if (!this.heldBy(node, jobId).has(shard)) return undefined;
    const first = this.catalog.shards.firstFile[shard]!;
    const { fileSizeBytes } = this.catalog.shards;
    return {
      files: this.catalog.shards.fileCount(shard),
      sizeBytes: (file) => fileSizeBytes[first + file]!,
      writtenChecksum: (file) => first + file,
    };
  }

  /** The content of a snapshot's file. Throws FILE_SYSTEM where it is not there, or cannot be read. */
  read(node: number, jobId: number, shard: number, file: number): number {
    const ordinal = this.catalog.shards.firstFile[shard]! + file;
    const key = `${node}/${ordinal}`;
    if (!this.heldBy(node, jobId).has(shard))
      throw new DrillError('FILE_SYSTEM', `the snapshot of a shard is not on ${this.nameOf(node)} any more`);
    if (!this.damaged.has(key)) return ordinal;
    const content = this.damaged.get(key);
    if (content !== undefined) return content;
    throw new DrillError('FILE_SYSTEM', `${this.nameOf(node)} cannot read a file of a shard (EIO)`);
  }

  /** A replica's file has other bytes from now on, in snapshots too; undefined: it cannot be read. */
  damage(node: number, ordinal: number, content: number | undefined): void {
    this.damaged.set(`${node}/${ordinal}`, content);
  }

  /** A replica is gone, or has merged its version away; snapshots stay. */
  forget(node: number, shard: number): void {
    this.removed.add(`${node}/${shard}`);
  }

  /** The node's disk is lost. */
  wipe(node: number): void {
    this.held[node]!.clear();
    this.emptied.add(node);
    for (const key of this.installed.keys()) if (key.startsWith(`${node}/`)) this.installed.delete(key);
  }

  private hasReplica(node: number, shard: number): boolean {
    const key = `${node}/${shard}`;
    return !this.removed.has(key) && (!this.emptied.has(node) || this.installed.has(key));
  }

  private nameOf(node: number): string {
    return this.catalog.nodeNames[node]!;
  }

  stage(node: number, jobId: number, shard: number, file: number, checksum: string): void {
    const held = this.heldBy(node, jobId);
    const files = [...(held.get(shard) ?? [])];
    files[file] = checksum;
    held.set(shard, files);
  }

  /** Puts staged files into place. Throws TASK_FAILED where some are missing. */
  install(node: number, jobId: number, shard: number): void {
    const held = this.heldBy(node, jobId);
    const staged = held.get(shard);
    // A task that is tried again finds the shards that it had finished in place.
    if (!staged && this.installed.has(`${node}/${shard}`)) return;
    const files = this.catalog.shards.fileCount(shard);
    const isWhole = staged?.length === files && !staged.includes(undefined as never);
    if (files > 0 && !isWhole)
      throw new DrillError(
        'TASK_FAILED',
        `${this.nameOf(node)} has not all files of a shard that it is to install`,
      );
    this.installed.set(`${node}/${shard}`, staged ?? []);
    held.delete(shard);
  }

  remove(node: number, shard: number): void {
    this.installed.delete(`${node}/${shard}`);
    this.removed.add(`${node}/${shard}`);
  }

  sweep(node: number, keepJobs: readonly number[], keepShardIds: Int32Array): void {
    const jobs = new Set(keepJobs);
    for (const jobId of this.held[node]!.keys()) if (!jobs.has(jobId)) this.held[node]!.delete(jobId);
    const kept = new Set(keepShardIds);
    for (const key of this.installed.keys()) {
      const [at, shard] = key.split('/').map(Number) as [number, number];
      if (at === node && !kept.has(this.catalog.shards.id[shard]!)) this.remove(at, shard);
    }
  }

  /** The shards that restores have put on a node. */
  installedShards(node: number): number[] {
    return [...this.installed.keys()]
      .map((key) => key.split('/').map(Number) as [number, number])
      .flatMap(([at, shard]) => (at === node ? [shard] : []));
  }

  drop(node: number, jobId: number): void {
    this.held[node]!.delete(jobId);
  }

  /** How many files a job holds on a node. */
  filesOf(node: number, jobId: number): number {
    let files = 0;
    for (const shard of this.held[node]!.get(jobId)?.keys() ?? [])
      files += this.catalog.shards.fileCount(shard);
    return files;
  }

  /** Whether no job holds anything on any node. */
  get isClean(): boolean {
    return this.held.every((jobs) => jobs.size === 0);
  }

  /** The checksums of a restored shard's files on a node. */
  installedFiles(node: number, shard: number): readonly string[] | undefined {
    return this.installed.get(`${node}/${shard}`);
  }

  private heldBy(node: number, jobId: number): Map<number, readonly string[]> {
    let held = this.held[node]!.get(jobId);
    if (!held) this.held[node]!.set(jobId, (held = new Map()));
    return held;
  }
}
