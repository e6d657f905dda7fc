import { MAX_TIMELINE_NODES, type NodeResult, type NodeTimeline, type Series } from './result.js';

/** Buckets of time that a recording has at most; when time outgrows them, pairs are merged and buckets double. */
const MAX_BUCKETS = 512;
const FIRST_BUCKET_MS = 1;

/** Something spread over time, in buckets that widen as time goes on: constant memory, whatever the duration. */
export class TimeSeries {
  bucketMs = FIRST_BUCKET_MS;
  readonly values = new Float64Array(MAX_BUCKETS);

  /** Spreads `amount` evenly over the time from `startMs` to `endMs`. */
  add(startMs: number, endMs: number, amount: number): void {
    while (endMs >= this.bucketMs * MAX_BUCKETS) this.widen();
    const first = Math.floor(startMs / this.bucketMs);
    const last = Math.floor(endMs / this.bucketMs);
    if (first === last || endMs <= startMs) {
      this.values[last]! += amount;
      return;
    }
    const perMs = amount / (endMs - startMs);
    this.values[first]! += perMs * ((first + 1) * this.bucketMs - startMs);
    for (let i = first + 1; i < last; i++) this.values[i]! += perMs * this.bucketMs;
    this.values[last]! += perMs * (endMs - last * this.bucketMs);
  }

  /** The values until `endMs`, in buckets of at least `leastBucketMs`. */
  read(endMs: number, leastBucketMs = 0): { readonly bucketMs: number; readonly values: readonly number[] } {
    while (this.bucketMs < leastBucketMs) this.widen();
    const count = Math.min(MAX_BUCKETS, Math.floor(endMs / this.bucketMs) + 1);
    return { bucketMs: this.bucketMs, values: Array.from(this.values.subarray(0, count)) };
  }

  private widen(): void {
    for (let i = 0; i < MAX_BUCKETS / 2; i++) this.values[i] = this.values[2 * i]! + this.values[2 * i + 1]!;
    this.values.fill(0, MAX_BUCKETS / 2);
    this.bucketMs *= 2;
  }
}

/** A task that moves shards, from its begin to its end on one worker, and what it moved. */
export interface WorkerSpan {
  readonly node: number;
  readonly startMs: number;
  readonly endMs: number;
  /** That it finished. */
  readonly shards: number;
  readonly files: number;
  readonly bytes: number;
}

interface NodeRecord {
  files: number;
  bytes: number;
  shards: number;
  startMs: number;
  endMs: number;
  busyMs: number;
  readonly busy: TimeSeries;
}

export interface Recording {
  readonly nodes: readonly NodeResult[];
  readonly throughput: Series;
  readonly timeline: { readonly bucketMs: number; readonly nodes: readonly NodeTimeline[] };
  readonly movedFiles: number;
  readonly movedBytes: number;
}

/**
 * Watches one job's transfers, for reports. Both worlds feed it, in any order. Times are those of whoever feeds it; what comes
 * out counts from `originMs`.
 */
export class Recorder {
  private readonly originMs: number;
  private readonly nodes = new Map<number, NodeRecord>();
  private readonly throughput = new TimeSeries();
  movedFiles = 0;
  movedBytes = 0;
  movedShards = 0;

  constructor(originMs: number) {
    this.originMs = originMs;
  }

  /**
   * Bytes of a file, or of a bundle of several, went to (or came from) the repository in this time, evenly. Files count with one
   * piece of them; of those that fail, nothing is told. Their node is told of when its task ends.
   */
  flowed(startMs: number, endMs: number, bytes: number, files = 1): void {
    this.count(bytes, files);
    this.spread(startMs, endMs, bytes);
  }

  /** So many bytes, and files, were moved; `spread` tells when. */
  count(bytes: number, files: number): void {
    this.movedFiles += files;
    this.movedBytes += bytes;
  }

  /** So many of the bytes that count moved in this time, evenly. */
  spread(startMs: number, endMs: number, bytes: number): void {
    this.throughput.add(startMs - this.originMs, endMs - this.originMs, bytes);
  }

  /** A worker of a node spent this time on a task that moves shards. */
  worked({ node, startMs, endMs, shards, files, bytes }: WorkerSpan): void {
    const record = this.recordOf(node, startMs);
    record.shards += shards;
    record.files += files;
    record.bytes += bytes;
    record.busyMs += endMs - startMs;
    record.startMs = Math.min(record.startMs, startMs);
    record.endMs = Math.max(record.endMs, endMs);
    record.busy.add(startMs - this.originMs, endMs - this.originMs, endMs - startMs);
    this.movedShards += shards;
  }

  /** What was seen, for a job that took so long. */
  read(durationMs: number, nodeNames: readonly string[], workers: number): Recording {
    const { bucketMs, values } = this.throughput.read(durationMs);
    const records = [...this.nodes].sort(([a], [b]) => a - b);
    return {
      movedFiles: this.movedFiles,
      movedBytes: this.movedBytes,
      nodes: records.map(([node, record]) => ({
        name: nodeNames[node]!,
        workers,
        shards: record.shards,
        files: record.files,
        sizeBytes: record.bytes,
        startMs: record.startMs - this.originMs,
        endMs: record.endMs - this.originMs,
        busyMs: record.busyMs,
      })),
      throughput: {
        bucketMs,
        bytes: values,
      },
      timeline: this.readTimeline(durationMs, records, nodeNames, workers),
    };
  }

  private readTimeline(
    durationMs: number,
    records: readonly (readonly [number, NodeRecord])[],
    nodeNames: readonly string[],
    workers: number,
  ): Recording['timeline'] {
    const last = [...records]
      .sort(([a, x], [b, y]) => y.endMs - x.endMs || a - b)
      .slice(0, MAX_TIMELINE_NODES);
    const leastBucketMs = Math.max(FIRST_BUCKET_MS, ...last.map(([, record]) => record.busy.bucketMs));
    const nodes = last
      .sort(([a], [b]) => a - b)
      .map(([node, record]) => {
        const { values } = record.busy.read(durationMs, leastBucketMs);
        // Rounded, because shares are for looking at; the last bucket is as long as the job lasted in it.
        const share = (value: number, i: number): number => {
          const lengthMs = Math.min(leastBucketMs, durationMs - i * leastBucketMs);
          return lengthMs <= 0 ? 0 : Math.round(Math.min(1, value / (lengthMs * workers)) * 1000) / 1000;
        };
        return { name: nodeNames[node]!, busy: values.map(share) };
      });
    return { bucketMs: leastBucketMs, nodes };
  }

  private recordOf(node: number, startMs: number): NodeRecord {
    let record = this.nodes.get(node);
    if (!record) {
      record = { files: 0, bytes: 0, shards: 0, startMs, endMs: startMs, busyMs: 0, busy: new TimeSeries() };
      this.nodes.set(node, record);
    }
    return record;
  }
}
