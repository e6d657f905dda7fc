import { FIRST_BUCKET_MS, MAX_BUCKETS, type Recorder } from '../recorder.js';
import type { Clock } from './clock.js';
import { FLOW, laneOf } from './flow-kind.js';

/** What tells how far the flows of lanes are. */
export interface LaneClocks {
  flowsIn(lane: number): number;
  /** The bytes that each flow has been served since the lane was empty, at `atMs`: its rate must be known until then. */
  clockAt(lane: number, atMs: number): number;
}

/** A flow that has ended, as numbers side by side: its bytes, from when to when, its lane, and what the lane's clock read then. */
export const ENDED = { bytes: 0, startMs: 1, endMs: 2, lane: 3, clock: 4, length: 5 } as const;

const ROUNDING_MS = 1e-3;

/** Of the flows that go through the repository: a recorder is told of no others. */
const KINDS = [FLOW.put, FLOW.putHash] as const;

/**
 * Tells a job's recorder when bytes moved. They count once their file is there, and meanwhile their rate changes with every
 * flow that begins or ends anywhere. But all flows of a lane have one rate: so at the end of each bucket of the recorder's
 * series the lane's clock is noted, and what a flow moved in a bucket is the difference of two notes. Times are the world's.
 */
export class Movement {
  readonly jobId: number;
  readonly recorder: Recorder;
  private readonly nodes: number;
  private bucketMs = FIRST_BUCKET_MS;
  /** Buckets that have ended. */
  private ended = 0;
  /** By lane and bucket: the clock at the end of the bucket, if there were flows then. */
  private readonly notes: (Float64Array | undefined)[] = [];
  /** Flows on their way: without any there is nothing to note. */
  private open = 0;
  /** Before this time there is nothing to note. */
  dueMs = Infinity;
  private readonly clock: Clock;

  constructor(jobId: number, recorder: Recorder, clock: Clock, nodes: number) {
    this.jobId = jobId;
    this.recorder = recorder;
    this.clock = clock;
    this.nodes = nodes;
  }

  /** A flow of the job begins. */
  begin(): void {
    if (this.open++ > 0) return;
    const sinceMs = this.clock.nowMs - this.recorder.originMs;
    while (sinceMs >= MAX_BUCKETS * this.bucketMs) this.widen();
    this.ended = Math.floor(sinceMs / this.bucketMs);
    this.setDue();
  }

  /** A flow of the job has ended, or is not wanted any more. */
  end(): void {
    if (--this.open === 0) this.dueMs = Infinity;
  }

  /** Time goes on to `toMs`, and no rate changes before. */
  passTo(toMs: number, clocks: LaneClocks): void {
    const sinceMs = toMs - this.recorder.originMs;
    while (sinceMs >= (this.ended + 1) * this.bucketMs) {
      this.note(clocks);
      if (++this.ended === MAX_BUCKETS) this.widen();
    }
    this.setDue();
  }

  /** What a flow moved is there, and with it so many files; `flows` from `at` on is an ENDED one. */
  moved(flows: ArrayLike<number>, at: number, files: number): void {
    const { recorder, bucketMs } = this;
    const bytes = flows[at + ENDED.bytes]!;
    const startMs = flows[at + ENDED.startMs]!;
    const endMs = flows[at + ENDED.endMs]!;
    recorder.count(bytes, files);
    recorder.throughput.widenTo(bucketMs);
    const { values } = recorder.throughput;
    const last = Math.floor((endMs - recorder.originMs) / bucketMs);
    let bucket = Math.floor((startMs - recorder.originMs) / bucketMs);
    let left = bytes;
    if (bucket < last) {
      const notes = this.notes[flows[at + ENDED.lane]!]!;
      const clock = flows[at + ENDED.clock]!;
      for (; bucket < last; bucket++) {
        // Clocks are rounded.
        const leftThen = Math.min(left, Math.max(0, clock - notes[bucket]!));
        values[bucket]! += left - leftThen;
        left = leftThen;
      }
    }
    values[last]! += left;
  }

  private note(clocks: LaneClocks): void {
    const atMs = this.recorder.originMs + (this.ended + 1) * this.bucketMs;
    for (let node = 0; node < this.nodes; node++) {
      for (const kind of KINDS) {
        const lane = laneOf(node, kind);
        if (clocks.flowsIn(lane) === 0) continue;
        const notes = (this.notes[lane] ??= new Float64Array(MAX_BUCKETS));
        notes[this.ended] = clocks.clockAt(lane, atMs);
      }
    }
  }

  /** Rather too early than too late: it is looked at closely then. */
  private setDue(): void {
    this.dueMs = this.recorder.originMs + (this.ended + 1) * this.bucketMs - ROUNDING_MS;
  }

  /** Of two buckets, the end of the second is that of both. */
  private widen(): void {
    this.bucketMs *= 2;
    this.ended = Math.floor(this.ended / 2);
    for (const notes of this.notes)
      if (notes) for (let i = 0; i < MAX_BUCKETS / 2; i++) notes[i] = notes[2 * i + 1]!;
  }
}
