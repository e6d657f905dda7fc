const SIGNAL = 0;
const LIMIT = 1;
const FIRST = 2;

/**
 * So many at once, over threads: places, each of which is free or has an owner. The owner is known, so that what a thread
 * holds that dies can be freed by who sees it die. Lowered, it lets those finish that are inside, and none in before there
 * are fewer than the new limit.
 */
export class Slots {
  private readonly cells: Int32Array;

  /** As many places as there can ever be owners at once. */
  static bytes(places: number): number {
    return (FIRST + places) * Int32Array.BYTES_PER_ELEMENT;
  }

  /** `memory` from `offset` on, to its end, holds the places. All zero, there is no limit. */
  constructor(memory: SharedArrayBuffer, offset = 0) {
    this.cells = new Int32Array(memory, offset);
  }

  /** Undefined: no limit. */
  change(limit: number | undefined): void {
    Atomics.store(this.cells, LIMIT, Math.min(limit ?? 0, this.cells.length - FIRST));
    this.signal(Infinity);
  }

  /** Takes a place for `owner`, a number above 0, if there is one. */
  enter(owner: number): boolean {
    const { cells } = this;
    const limit = Atomics.load(cells, LIMIT);
    const places = limit === 0 ? cells.length - FIRST : limit;
    // Those that entered under a higher limit may be beyond it.
    if (limit !== 0 && this.taken >= limit) return false;
    for (let at = FIRST; at < FIRST + places; at++)
      if (Atomics.compareExchange(cells, at, 0, owner) === 0) return true;
    return false;
  }

  /** Frees the place of `owner`, if it has one. */
  leave(owner: number): void {
    for (let at = FIRST; at < this.cells.length; at++)
      if (Atomics.compareExchange(this.cells, at, owner, 0) === owner) return this.signal(1);
  }

  /** Waits until somebody has left or the limit was changed, or for so long. */
  wait(mostMs: number): void {
    const signal = Atomics.load(this.cells, SIGNAL);
    // Somebody may have left just before.
    if (this.hasRoom) return;
    Atomics.wait(this.cells, SIGNAL, signal, mostMs);
  }

  /** How many are inside. */
  get taken(): number {
    let taken = 0;
    for (let at = FIRST; at < this.cells.length; at++) if (Atomics.load(this.cells, at) !== 0) taken++;
    return taken;
  }

  private get hasRoom(): boolean {
    const limit = Atomics.load(this.cells, LIMIT);
    return limit === 0 || this.taken < limit;
  }

  private signal(waiting: number): void {
    Atomics.add(this.cells, SIGNAL, 1);
    Atomics.notify(this.cells, SIGNAL, waiting);
  }
}
