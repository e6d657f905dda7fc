import type { Lane } from './lane.js';

/**
 * Lanes by the reading of their group's clock at which their next flow is complete: a binary heap whose keys lie side by
 * side. Each lane knows its place, so that one can be moved or taken out. Lane ids break ties, so that the order never
 * depends on the heap's history.
 */
export class LaneHeap {
  private readonly keys: number[] = [];
  private readonly lanes: Lane[] = [];
  size = 0;

  /** The least key; only of a heap that is not empty. */
  get firstKey(): number {
    return this.keys[0]!;
  }

  get first(): Lane {
    return this.lanes[0]!;
  }

  add(lane: Lane, key: number): void {
    const at = this.size++;
    this.put(lane, key, at);
    this.rise(lane, key, at);
  }

  remove(lane: Lane): void {
    const at = lane.position;
    const last = --this.size;
    if (at === last) return;
    const moved = this.lanes[last]!;
    this.place(moved, this.keys[last]!, at);
  }

  /** Gives a lane another key. */
  move(lane: Lane, key: number): void {
    this.place(lane, key, lane.position);
  }

  private place(lane: Lane, key: number, at: number): void {
    this.put(lane, key, at);
    if (!this.rise(lane, key, at)) this.sink(lane, key, at);
  }

  /** True if it moved. */
  private rise(lane: Lane, key: number, from: number): boolean {
    const { keys, lanes } = this;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = keys[parent]!;
      if (above < key || (above === key && lanes[parent]!.id < lane.id)) break;
      this.put(lanes[parent]!, above, at);
      at = parent;
    }
    if (at === from) return false;
    this.put(lane, key, at);
    return true;
  }

  private sink(lane: Lane, key: number, from: number): void {
    const { keys, lanes, size } = this;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = keys[child]!;
      const other = child + 1;
      if (other < size) {
        const beside = keys[other]!;
        if (beside < below || (beside === below && lanes[other]!.id < lanes[child]!.id)) {
          child = other;
          below = beside;
        }
      }
      if (below > key || (below === key && lanes[child]!.id > lane.id)) break;
      this.put(lanes[child]!, below, at);
      at = child;
    }
    if (at !== from) this.put(lane, key, at);
  }

  private put(lane: Lane, key: number, at: number): void {
    this.keys[at] = key;
    this.lanes[at] = lane;
    lane.position = at;
  }
}
