/** Events by time and, at the same time, by sequence: a binary heap on typed arrays. */
export class EventHeap {
  private times = new Float64Array(256);
  private sequences = new Float64Array(256);
  private firsts = new Int32Array(256);
  private seconds = new Int32Array(256);
  size = 0;

  /** When the next event is due; Infinity if there is none. */
  get nextMs(): number {
    return this.size === 0 ? Infinity : this.times[0]!;
  }

  /** The next event's numbers. */
  get first(): number {
    return this.firsts[0]!;
  }

  get second(): number {
    return this.seconds[0]!;
  }

  push(timeMs: number, sequence: number, first: number, second: number): void {
    if (this.size === this.times.length) this.grow();
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.isAfter(parent, timeMs, sequence)) break;
      this.move(parent, hole);
      hole = parent;
    }
    this.times[hole] = timeMs;
    this.sequences[hole] = sequence;
    this.firsts[hole] = first;
    this.seconds[hole] = second;
  }

  pop(): void {
    const last = --this.size;
    if (last > 0) this.sinkFromTop(last);
  }

  private sinkFromTop(from: number): void {
    const time = this.times[from]!;
    const sequence = this.sequences[from]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isAfter(child, this.times[child + 1]!, this.sequences[child + 1]!))
        child++;
      if (this.isAfter(child, time, sequence)) break;
      this.move(child, hole);
      hole = child;
    }
    this.move(from, hole);
  }

  /** Whether its next event comes before one of this time and sequence. */
  isBefore(timeMs: number, sequence: number): boolean {
    return this.size > 0 && !this.isAfter(0, timeMs, sequence);
  }

  private isAfter(i: number, timeMs: number, sequence: number): boolean {
    const t = this.times[i]!;
    return t > timeMs || (t === timeMs && this.sequences[i]! > sequence);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from]!;
    this.sequences[to] = this.sequences[from]!;
    this.firsts[to] = this.firsts[from]!;
    this.seconds[to] = this.seconds[from]!;
  }

  private grow(): void {
    const length = this.times.length * 2;
    const copy = <T extends Float64Array | Int32Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.times = copy(this.times, new Float64Array(length));
    this.sequences = copy(this.sequences, new Float64Array(length));
    this.firsts = copy(this.firsts, new Int32Array(length));
    this.seconds = copy(this.seconds, new Int32Array(length));
  }
}
