/**
 * The future, as a binary heap on typed arrays. Events at the same time come out in the order they went in, which is
 * what makes a simulation reproducible. An event is two whole numbers that mean what their owner wants.
 */
export class EventHeap {
  private times = new Float64Array(256);
  private sequences = new Float64Array(256);
  private firsts = new Int32Array(256);
  private seconds = new Int32Array(256);
  private nextSequence = 0;
  size = 0;
  /** Of the event that `pop` took last. */
  first = 0;
  second = 0;

  /** When the next event is due; Infinity if there is none. */
  get nextMs(): number {
    return this.size === 0 ? Infinity : this.times[0]!;
  }

  push(timeMs: number, first: number, second: number): void {
    if (this.size === this.times.length) this.grow();
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      // A new event has the highest sequence, so it stays below its equals.
      if (this.times[parent]! <= timeMs) break;
      this.move(parent, hole);
      hole = parent;
    }
    this.times[hole] = timeMs;
    this.sequences[hole] = this.nextSequence++;
    this.firsts[hole] = first;
    this.seconds[hole] = second;
  }

  /** Takes the next event: returns its time, and leaves its numbers in `first` and `second`. */
  pop(): number {
    const timeMs = this.times[0]!;
    this.first = this.firsts[0]!;
    this.second = this.seconds[0]!;
    const last = --this.size;
    if (last > 0) this.sinkFromTop(last);
    return timeMs;
  }

  private sinkFromTop(from: number): void {
    const time = this.times[from]!;
    const sequence = this.sequences[from]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isBefore(child + 1, this.times[child]!, this.sequences[child]!))
        child++;
      if (!this.isBefore(child, time, sequence)) break;
      this.move(child, hole);
      hole = child;
    }
    this.move(from, hole);
  }

  private isBefore(i: number, time: number, sequence: number): boolean {
    const t = this.times[i]!;
    return t < time || (t === time && this.sequences[i]! < sequence);
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
