import type { LaneTable } from './lane-table.js';

/**
 * Lanes by the reading of their group's clock at which their next flow is complete: a binary heap. Each lane knows its
 * place, so that one can be moved or taken out. Lane ids break ties, so that the order never depends on the heap's
 * history.
 */
export class LaneHeap {
  private readonly table: LaneTable;
  private readonly keys: number[] = [];
  private readonly lanes: number[] = [];
  size = 0;

  constructor(table: LaneTable) {
    this.table = table;
  }

  /** The least key; only of a heap that is not empty. */
  get firstKey(): number {
    return this.keys[0]!;
  }

  get first(): number {
    return this.lanes[0]!;
  }

  /** A lane's key is in the table. */
  add(lane: number): void {
    const at = this.size++;
    this.put(lane, this.table.key(lane), at);
    this.rise(at);
  }

  remove(lane: number): void {
    const at = this.table.position(lane);
    const last = --this.size;
    if (at === last) return;
    this.put(this.lanes[last]!, this.keys[last]!, at);
    if (!this.rise(at)) this.sink(at);
  }

  /** The table has another key for the lane. */
  move(lane: number): void {
    const at = this.table.position(lane);
    this.keys[at] = this.table.key(lane);
    if (!this.rise(at)) this.sink(at);
  }

  /** True if what is at `from` belonged further up. */
  private rise(from: number): boolean {
    const { keys, lanes } = this;
    const key = keys[from]!;
    const lane = lanes[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = keys[parent]!;
      if (above < key || (above === key && lanes[parent]! < lane)) break;
      this.put(lanes[parent]!, above, at);
      at = parent;
    }
    if (at === from) return false;
    this.put(lane, key, at);
    return true;
  }

  private sink(from: number): void {
    const { keys, lanes, size } = this;
    const key = keys[from]!;
    const lane = lanes[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const other = child + 1;
      if (
        other < size &&
        (keys[other]! < keys[child]! || (keys[other] === keys[child] && lanes[other]! < lanes[child]!))
      )
        child = other;
      const below = keys[child]!;
      if (key < below || (key === below && lane < lanes[child]!)) break;
      this.put(lanes[child]!, below, at);
      at = child;
    }
    if (at !== from) this.put(lane, key, at);
  }

  private put(lane: number, key: number, at: number): void {
    this.keys[at] = key;
    this.lanes[at] = lane;
    this.table.setPosition(lane, at);
  }
}
