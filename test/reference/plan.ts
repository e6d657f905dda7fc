import type { ShardStore } from '../../src/catalog/index.js';
import type { Batching } from '../../src/job/settings.js';
import type { Scenario } from '../../src/scenario/index.js';

/** A shard to back up. */
export interface Piece {
  readonly shard: number;
  readonly fileBytes: readonly number[];
  readonly replicas: readonly number[];
}

export function pieceOf(store: ShardStore, shard: number): Piece {
  const between = (column: { [i: number]: number }, from: number, end: number): number[] =>
    Array.from({ length: end - from }, (_, i) => column[from + i]!);
  return {
    shard,
    fileBytes: between(store.fileSizeBytes, store.firstFile[shard]!, store.firstFile[shard + 1]!),
    replicas: between(store.replicaNode, store.firstReplica[shard]!, store.firstReplica[shard + 1]!),
  };
}

/** What one file more weighs against bytes. */
const FILE_WEIGHT_BYTES = 2 ** 18;

const weight = ({ fileBytes }: Piece): number =>
  fileBytes.reduce((sum, bytes) => sum + bytes, 0) + fileBytes.length * FILE_WEIGHT_BYTES;

const largestFirst = (pieces: readonly Piece[]): Piece[] => [...pieces].sort((a, b) => weight(b) - weight(a));

/** For each node, what it backs up, in its order. */
export function sharesOf(pieces: readonly Piece[], { engine, cluster }: Scenario): Piece[][] {
  const nodes = cluster.nodes.map((_, node) => node);
  const order = engine.order === 'largest-first' ? largestFirst(pieces) : pieces;
  const chosen = new Map<Piece, number>();
  if (engine.replicaPolicy === 'lowest-id') {
    for (const piece of order) chosen.set(piece, piece.replicas[0]!);
  } else {
    const loads = nodes.map(() => 0);
    for (const piece of largestFirst(order)) {
      const node = piece.replicas.reduce((best, other) => (loads[other]! < loads[best]! ? other : best));
      chosen.set(piece, node);
      loads[node]! += weight(piece);
    }
  }
  return nodes.map((node) => order.filter((piece) => chosen.get(piece) === node));
}

/** A node's pieces in as many snapshot tasks as it has workers, none longer than another by more than one. */
export function snapshotTasks(share: readonly Piece[], workers: number): Piece[][] {
  const count = Math.min(workers, share.length);
  const bound = (task: number): number => Math.ceil((task * share.length) / count);
  return Array.from({ length: count }, (_, task) => share.slice(bound(task), bound(task + 1)));
}

/** A node's pieces in upload tasks. Where the number of tasks is given, the last one takes what is left over. */
export function uploadTasks(share: readonly Piece[], { by, count }: Batching): Piece[][] {
  const size = by === 'shards' ? count : Math.max(1, Math.floor(share.length / count));
  const taskCount = by === 'shards' ? Math.ceil(share.length / size) : Math.min(count, share.length);
  return Array.from({ length: taskCount }, (_, task) =>
    share.slice(task * size, task === taskCount - 1 ? undefined : (task + 1) * size),
  );
}
