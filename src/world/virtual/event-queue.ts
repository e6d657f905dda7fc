import { EventHeap } from './event-heap.js';

/**
 * The future: events by time, those at the same time in the order they went in, which is what makes a simulation
 * reproducible. An event is two whole numbers that mean what their owner wants.
 *
 * Most things take a fixed time (a message, a request of fixed latency), so most events go in later than all before them:
 * these wait in line, and only the others need a heap.
 */
export class EventQueue {
  private readonly heap = new EventHeap();
  private times = new Float64Array(1024);
  private sequences = new Float64Array(1024);
  private firsts = new Int32Array(1024);
  private seconds = new Int32Array(1024);
  private head = 0;
  private inLine = 0;
  private lastMs = -Infinity;
  private nextSequence = 0;
  /** When the next event is due; Infinity if there is none. */
  nextMs = Infinity;
  /** Of the event that `pop` took last. */
  first = 0;
  second = 0;

  get size(): number {
    return this.inLine + this.heap.size;
  }

  push(timeMs: number, first: number, second: number): void {
    if (timeMs < this.nextMs) this.nextMs = timeMs;
    if (this.inLine > 0 && timeMs < this.lastMs) {
      this.heap.push(timeMs, this.nextSequence++, first, second);
      return;
    }
    if (this.inLine === this.times.length) this.grow();
    const at = (this.head + this.inLine++) & (this.times.length - 1);
    this.times[at] = this.lastMs = timeMs;
    this.sequences[at] = this.nextSequence++;
    this.firsts[at] = first;
    this.seconds[at] = second;
  }

  /** Takes the next event, and leaves its numbers in `first` and `second`. */
  pop(): void {
    const { head, heap } = this;
    if (this.inLine === 0 || (heap.size > 0 && heap.isBefore(this.times[head]!, this.sequences[head]!))) {
      this.first = heap.first;
      this.second = heap.second;
      heap.pop();
    } else {
      this.first = this.firsts[head]!;
      this.second = this.seconds[head]!;
      this.head = (head + 1) & (this.times.length - 1);
      this.inLine--;
    }
    this.nextMs = heap.nextMs;
    if (this.inLine > 0 && this.times[this.head]! < this.nextMs) this.nextMs = this.times[this.head]!;
  }

  private grow(): void {
    const { head, inLine } = this;
    const straightened = <T extends Float64Array | Int32Array>(old: T, larger: T): T => {
      larger.set(old.subarray(head));
      larger.set(old.subarray(0, head), inLine - head);
      return larger;
    };
    this.times = straightened(this.times, new Float64Array(inLine * 2));
    this.sequences = straightened(this.sequences, new Float64Array(inLine * 2));
    this.firsts = straightened(this.firsts, new Int32Array(inLine * 2));
    this.seconds = straightened(this.seconds, new Int32Array(inLine * 2));
    this.head = 0;
  }
}
