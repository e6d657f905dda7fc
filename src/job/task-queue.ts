import { invariant } from '../base/errors.js';
import type { BatchSize, NodeShare } from './work.js';

/** Part of a plan that one node works on: positions in the plan, and the shards there. */
export interface Slice {
  readonly node: number;
  readonly positions: Int32Array;
  readonly shards: Int32Array;
  /** It was another node's first: here no snapshot was taken of it. */
  readonly isMoved: boolean;
  /** It is part of a task that failed: files of it may lie in the repository. */
  readonly isAgain: boolean;
  /** Nodes that failed before with it. */
  readonly failedOn: readonly number[];
}

interface Segment {
  readonly slice: Slice;
  taken: number;
}

/** What one node still has to be sent, in order, and how many tasks it has. */
export class TaskQueue {
  readonly node: number;
  private readonly segments: Segment[] = [];
  /** Tasks that the node has now, or will be sent again. */
  held = 0;
  /** Shards that wait to be sent. */
  unsent = 0;
  /** The node is lost: it is sent nothing. */
  isAway = false;

  constructor(node: number) {
    this.node = node;
  }

  /** Puts a node's own share in line. */
  add({ positions, shards }: NodeShare): void {
    this.push({ node: this.node, positions, shards, isMoved: false, isAgain: false, failedOn: [] });
  }

  /** Puts in line what was another node's, or what waited here before. */
  push(slice: Slice): void {
    if (slice.positions.length === 0) return;
    const isMoved = slice.isMoved || slice.node !== this.node;
    this.segments.push({ slice: { ...slice, node: this.node, isMoved }, taken: 0 });
    this.unsent += slice.positions.length;
  }

  /** The next of what waits, as much as makes a task. */
  cut(batchSize: BatchSize): Slice {
    const segment = this.segments[0];
    invariant(segment, 'nothing waits for this node');
    const { slice, taken } = segment;
    const end = taken + batchSize(taken, slice.positions.length);
    segment.taken = end;
    this.unsent -= end - taken;
    if (end >= slice.positions.length) this.segments.shift();
    return part(slice, taken, end);
  }

  /** Takes everything that waits away. */
  empty(): Slice[] {
    const left = this.segments.map(({ slice, taken }) => part(slice, taken, slice.positions.length));
    this.segments.length = 0;
    this.unsent = 0;
    return left;
  }

  /** Takes at most `most` shards away that are last in line and that `isWanted`. */
  giveUp(most: number, isWanted: (shard: number) => boolean): Slice | undefined {
    const segment = this.segments.at(-1);
    if (!segment) return undefined;
    const { slice, taken } = segment;
    const given: number[] = [];
    for (let at = slice.positions.length - 1; at >= taken && given.length < most; at--)
      if (isWanted(slice.shards[at]!)) given.unshift(at);
    if (given.length === 0) return undefined;
    const kept = Array.from(slice.positions.keys()).filter((at) => at >= taken && !given.includes(at));
    this.segments.pop();
    if (kept.length > 0) this.segments.push({ slice: pick(slice, kept), taken: 0 });
    this.unsent -= given.length;
    return pick(slice, given);
  }
}

const part = (slice: Slice, from: number, end: number): Slice => ({
  ...slice,
  positions: slice.positions.subarray(from, end),
  shards: slice.shards.subarray(from, end),
});

export const pick = (slice: Slice, at: readonly number[]): Slice => ({
  ...slice,
  positions: Int32Array.from(at, (i) => slice.positions[i]!),
  shards: Int32Array.from(at, (i) => slice.shards[i]!),
});
