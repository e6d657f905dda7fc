import { invariant } from '../base/errors.js';

export interface NewShard {
  /** Ordinal of the index that the shard belongs to, in `Catalog.indexes`. */
  readonly owner: number;
  readonly bucket: number;
  readonly version: number;
  /** Sizes of its files; the first is the header file. */
  readonly fileSizeBytes: ArrayLike<number>;
  /** Ordinals of the nodes that hold a replica, in ascending order of replica id, all distinct. */
  readonly replicaNodes: ArrayLike<number>;
}

/**
 * All shards of a catalog with their files and replicas, as columns: ten million files take 80 MB here and would take
 * gigabytes as objects. A shard, a file and a replica are each named by their ordinal; the files of shard `s` are
 * `firstFile[s] … firstFile[s + 1] - 1`, its replicas likewise. Columns grow, so read them anew from the store after `add`.
 */
export class ShardStore {
  count = 0;
  owner = new Int32Array(16);
  bucket = new Int32Array(16);
  id = new Int32Array(16);
  sizeBytes = new Float64Array(16);
  firstFile = new Int32Array(17);
  firstReplica = new Int32Array(17);
  fileSizeBytes = new Float64Array(64);
  replicaNode = new Int32Array(32);
  replicaVersion = new Int32Array(32);
  /** 1 where the replica can be read, 0 where it is broken. */
  replicaHealthy = new Uint8Array(32);
  /** Whether ids ascend with ordinals, as they do unless a journal was read that restores wrote side by side. */
  private idsAscend = true;
  /** Ordinals by id, where ids do not ascend. */
  private readonly ordinals = new Map<number, number>();

  add(id: number, shard: NewShard): number {
    const s = this.count++;
    if (s >= this.owner.length) this.growShards();
    if (s > 0 && this.id[s - 1]! >= id) this.idsAscend = false;
    this.id[s] = id;
    this.owner[s] = shard.owner;
    this.bucket[s] = shard.bucket;
    this.addFiles(s, shard.fileSizeBytes);
    this.addReplicas(s, shard.replicaNodes, shard.version);
    return s;
  }

  fileCount(shard: number): number {
    return this.firstFile[shard + 1]! - this.firstFile[shard]!;
  }

  /** The bytes of so many files from one on, which is named by its ordinal among all. */
  bytesOfFiles(first: number, count: number): number {
    if (count === 1) return this.fileSizeBytes[first]!;
    return this.fileSizeBytes.subarray(first, first + count).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The shard of this id; -1 if there is none. */
  ordinalOf(id: number): number {
    if (!this.idsAscend) {
      for (let s = this.ordinals.size; s < this.count; s++) this.ordinals.set(this.id[s]!, s);
      return this.ordinals.get(id) ?? -1;
    }
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.id[middle]!;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The nodes that hold its replicas, in ascending order of replica id. */
  replicaNodesOf(shard: number): Int32Array {
    return this.replicaNode.subarray(this.firstReplica[shard], this.firstReplica[shard + 1]);
  }

  get totalFiles(): number {
    return this.firstFile[this.count]!;
  }

  private addFiles(s: number, sizes: ArrayLike<number>): void {
    const first = this.firstFile[s]!;
    const end = first + sizes.length;
    while (end > this.fileSizeBytes.length) this.fileSizeBytes = grown(this.fileSizeBytes);
    let total = 0;
    for (let i = 0; i < sizes.length; i++) total += this.fileSizeBytes[first + i] = sizes[i]!;
    this.sizeBytes[s] = total;
    this.firstFile[s + 1] = end;
  }

  private addReplicas(s: number, nodes: ArrayLike<number>, version: number): void {
    const first = this.firstReplica[s]!;
    const end = first + nodes.length;
    while (end > this.replicaNode.length) {
      this.replicaNode = grown(this.replicaNode);
      this.replicaVersion = grown(this.replicaVersion);
      this.replicaHealthy = grown(this.replicaHealthy);
    }
    for (let i = 0; i < nodes.length; i++) {
      for (let j = 0; j < i; j++) invariant(nodes[i] !== nodes[j], 'two replicas of a shard on one node');
      this.replicaNode[first + i] = nodes[i]!;
      this.replicaVersion[first + i] = version;
      this.replicaHealthy[first + i] = 1;
    }
    this.firstReplica[s + 1] = end;
  }

  private growShards(): void {
    this.owner = grown(this.owner);
    this.bucket = grown(this.bucket);
    this.id = grown(this.id);
    this.sizeBytes = grown(this.sizeBytes);
    this.firstFile = grown(this.firstFile);
    this.firstReplica = grown(this.firstReplica);
  }
}

type Column = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

function grown<T extends Column>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}
