import { invariant } from '../../base/errors.js';

/** Flows that share one rate at any moment: the uploads of one node, say. */
interface Lane {
  readonly id: number;
  /** Bytes that each flow must have been served, by the lane's clock, to be complete; ascending. */
  readonly tags: number[];
  /** Whose flows they are, in the order of `tags`. */
  readonly owners: number[];
  group: Group | undefined;
  /** The lane's clock minus its group's. */
  offset: number;
  /** Place in its group's heap. */
  position: number;
}

/** Lanes with the same limit per flow: they run at the same rate, whatever the water level. */
interface Group {
  readonly limit: number;
  /** Bytes served per flow since the group was last empty. */
  clock: number;
  /** Bytes per millisecond, per flow. */
  rate: number;
  flows: number;
  /** Lanes by the group clock of their next completion: a binary heap. */
  readonly heap: Lane[];
}

/**
 * Exact max-min fair sharing of one capacity by many flows, each also limited by its lane (Bertsekas and Gallager, Data
 * Networks, 6.5.2). Instead of a rate per flow it keeps one clock per distinct limit: a flow that starts or ends moves one
 * heap entry, and the water level is found anew over the few distinct limits. Times are milliseconds, rates bytes per
 * millisecond.
 */
export class SharedRate {
  private readonly capacity: number;
  private readonly limitOf: (lane: number, flows: number) => number;
  private readonly lanes: Lane[] = [];
  /** Ascending by limit; a group without flows stays for the next lane with its limit. */
  private readonly groups: Group[] = [];
  private nowMs = 0;
  private flows = 0;
  private stale = true;
  private nextGroup: Group | undefined;
  private nextAtMs = Infinity;

  /** `limitOf(lane, flows)`: what each of `flows` flows in a lane may have at most. */
  constructor(capacityPerMs: number, limitOf: (lane: number, flows: number) => number) {
    this.capacity = capacityPerMs;
    this.limitOf = limitOf;
  }

  /** When the next flow completes, if none starts or ends before; Infinity if there is none. */
  get nextMs(): number {
    if (this.stale) this.settle();
    return this.nextAtMs;
  }

  flowsIn(lane: number): number {
    return this.lanes[lane]?.tags.length ?? 0;
  }

  /** Whether a flow would not be limited by anything, and so takes no time. */
  isUnlimited(lane: number): boolean {
    return this.capacity === Infinity && this.limitOf(lane, this.flowsIn(lane) + 1) === Infinity;
  }

  start(lane: number, owner: number, bytes: number, nowMs: number): void {
    this.advance(nowMs);
    const entry = this.laneOf(lane);
    this.leaveGroup(entry);
    insert(entry, entry.offset + bytes, owner);
    this.flows++;
    this.joinGroup(entry);
  }

  /** Ends the flow that completes at `nextMs`, and returns its owner. */
  complete(): number {
    if (this.stale) this.settle();
    const group = this.nextGroup;
    invariant(group, 'no flow to complete');
    this.advance(this.nextAtMs);
    const lane = group.heap[0]!;
    // Its clock is now what it must be, without the rounding of many small steps.
    group.clock = laneTarget(lane);
    const owner = lane.owners[0]!;
    this.remove(lane, 0);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(laneId: number, owner: number, nowMs: number): void {
    this.advance(nowMs);
    const lane = this.laneOf(laneId);
    this.remove(lane, lane.owners.indexOf(owner));
  }

  /** Takes notice of a limit that changed for another reason than a flow of this lane. */
  refresh(laneId: number, nowMs: number): void {
    const lane = this.lanes[laneId];
    if (!lane || lane.tags.length === 0) return;
    this.advance(nowMs);
    this.leaveGroup(lane);
    this.joinGroup(lane);
  }

  private remove(lane: Lane, flow: number): void {
    invariant(flow >= 0, 'an unknown flow');
    this.leaveGroup(lane);
    lane.tags.splice(flow, 1);
    lane.owners.splice(flow, 1);
    this.flows--;
    if (lane.tags.length === 0) lane.offset = 0;
    else this.joinGroup(lane);
  }

  private advance(nowMs: number): void {
    const elapsedMs = nowMs - this.nowMs;
    this.nowMs = nowMs;
    if (elapsedMs <= 0 || this.flows === 0) return;
    if (this.stale) this.settle(nowMs - elapsedMs);
    for (const group of this.groups) if (group.flows > 0) group.clock += group.rate * elapsedMs;
    // The rates stay as they are, but when the next flow completes must be computed from the new clocks.
    this.stale = true;
  }

  /** Takes a lane out of its group; its `offset` then is its clock. */
  private leaveGroup(lane: Lane): void {
    const { group } = lane;
    if (!group) return;
    this.stale = true;
    lane.offset += group.clock;
    lane.group = undefined;
    group.flows -= lane.tags.length;
    heapRemove(group.heap, lane);
    if (group.heap.length === 0) group.clock = 0;
  }

  private joinGroup(lane: Lane): void {
    this.stale = true;
    const group = this.groupWith(this.limitOf(lane.id, lane.tags.length));
    group.flows += lane.tags.length;
    lane.group = group;
    lane.offset -= group.clock;
    heapAdd(group.heap, lane);
  }

  /** Finds the rates and, from them, the next completion. */
  private settle(nowMs = this.nowMs): void {
    this.stale = false;
    let capacity = this.capacity;
    let flows = this.flows;
    this.nextGroup = undefined;
    this.nextAtMs = Infinity;
    for (const group of this.groups) {
      if (group.flows === 0) continue;
      group.rate = Math.min(group.limit, capacity / flows);
      capacity = Math.max(0, capacity - group.rate * group.flows);
      flows -= group.flows;
      const atMs = nowMs + Math.max(0, laneTarget(group.heap[0]!) - group.clock) / group.rate;
      if (atMs < this.nextAtMs) {
        this.nextAtMs = atMs;
        this.nextGroup = group;
      }
    }
  }

  private laneOf(id: number): Lane {
    return (this.lanes[id] ??= { id, tags: [], owners: [], group: undefined, offset: 0, position: -1 });
  }

  private groupWith(limit: number): Group {
    let at = 0;
    while (at < this.groups.length && this.groups[at]!.limit < limit) at++;
    const found = this.groups[at];
    if (found?.limit === limit) return found;
    const group: Group = { limit, clock: 0, rate: 0, flows: 0, heap: [] };
    this.groups.splice(at, 0, group);
    return group;
  }
}

/** The group clock at which a lane's next flow is complete. */
const laneTarget = (lane: Lane): number => lane.tags[0]! - lane.offset;

function insert(lane: Lane, tag: number, owner: number): void {
  let at = lane.tags.length;
  while (at > 0 && lane.tags[at - 1]! > tag) at--;
  lane.tags.splice(at, 0, tag);
  lane.owners.splice(at, 0, owner);
}

function heapAdd(heap: Lane[], lane: Lane): void {
  heap.push(lane);
  lane.position = heap.length - 1;
  siftUp(heap, lane.position);
}

function heapRemove(heap: Lane[], lane: Lane): void {
  const { position } = lane;
  const last = heap.pop()!;
  if (last === lane) return;
  heap[position] = last;
  last.position = position;
  siftUp(heap, position);
  siftDown(heap, last.position);
}

/** Lane ids break ties, so that the order never depends on the heap's history. */
function isBefore(a: Lane, b: Lane): boolean {
  const difference = laneTarget(a) - laneTarget(b);
  return difference < 0 || (difference === 0 && a.id < b.id);
}

function siftUp(heap: Lane[], from: number): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at]!, heap[parent]!)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function siftDown(heap: Lane[], from: number): void {
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, heap[at]!)) return;
    swap(heap, at, child);
    at = child;
  }
}

function swap(heap: Lane[], i: number, j: number): void {
  const lane = heap[i]!;
  heap[i] = heap[j]!;
  heap[j] = lane;
  heap[i].position = i;
  lane.position = j;
}
