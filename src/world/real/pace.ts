import { sampler } from '../../base/distribution.js';
import { randomStream } from '../../base/random.js';
import { Pacer, msToNs, nowNs, nsToMs } from './pacer.js';
import { ABORT_CELLS, type WorkerSetup } from './protocol.js';

/** Thrown into a task's work when its job was aborted. */
export class TaskAborted extends Error {
  override readonly name = 'TaskAborted';
}

/** Bytes moved between two looks at the limits: about this much time's worth, so that rates are smooth. */
const CHUNK_MS = 8;
const MIN_CHUNK_BYTES = 16 * 1024;
export const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Makes operations take the time that the scenario says, or longer if the machine is slower: an operation first does its
 * work and then waits for what is left, so that the work's own time is not added to the limit's.
 */
export class Pace {
  readonly chunkBytes: number;
  private readonly disk: Pacer;
  private readonly nic: Pacer;
  private readonly bandwidth: Pacer;
  private readonly requests: Pacer;
  private readonly aborts: Int32Array;
  private readonly latencyMs: () => number;
  private readonly setup: WorkerSetup;
  private abortCell = 0;

  constructor(setup: WorkerSetup, threadId: number) {
    const { shared, hardware, limits } = setup;
    this.setup = setup;
    this.disk = new Pacer(shared.disk, hardware.diskBytesPerSec);
    this.nic = new Pacer(shared.nic, hardware.nicBytesPerSec);
    this.bandwidth = new Pacer(shared.bandwidth, limits.bandwidthBytesPerSec);
    this.requests = new Pacer(shared.requests, limits.requestsPerSec);
    this.aborts = new Int32Array(shared.aborts);
    this.latencyMs = sampler(
      limits.latencyMs,
      randomStream(setup.seed, `latency/${setup.nodeName}/${threadId}`),
    );
    const slowest = Math.min(
      hardware.nicBytesPerSec,
      limits.perConnectionBytesPerSec,
      limits.bandwidthBytesPerSec,
    );
    const wanted = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, (slowest * CHUNK_MS) / 1000));
    this.chunkBytes = Math.floor(wanted / MIN_CHUNK_BYTES) * MIN_CHUNK_BYTES;
  }

  /** Says whose task the thread is working on. */
  begin(jobId: number): void {
    this.abortCell = jobId % ABORT_CELLS;
  }

  get isAborted(): boolean {
    return Atomics.load(this.aborts, this.abortCell) !== 0;
  }

  /** When a request made now is answered, besides the time its bytes take. */
  requestDueNs(): bigint {
    const startNs = nowNs();
    const turnNs = this.requests.turn();
    return (turnNs > startNs ? turnNs : startNs) + msToNs(this.latencyMs());
  }

  /** A clock for one read of the disk that is hashed on the way. */
  reading(): (bytes: number) => bigint {
    const hashed = ownPace(this.setup.hardware.hashBytesPerSec, nowNs());
    return (bytes) => later(this.disk.take(bytes), hashed(bytes));
  }

  /** A clock for the bytes of one transfer that starts at `startNs`. */
  transferring(startNs: bigint): (bytes: number) => bigint {
    const connection = ownPace(this.setup.limits.perConnectionBytesPerSec, startNs);
    return (bytes) => later(later(this.nic.take(bytes), this.bandwidth.take(bytes)), connection(bytes));
  }

  /** A clock for a transfer that is read from (or written to) the disk and hashed as well. */
  transferringHashed(startNs: bigint): (bytes: number) => bigint {
    const transferred = this.transferring(startNs);
    const hashed = ownPace(this.setup.hardware.hashBytesPerSec, startNs);
    return (bytes) => later(later(transferred(bytes), this.disk.take(bytes)), hashed(bytes));
  }

  linksDueNs(startNs: bigint, files: number): bigint {
    return startNs + msToNs(this.setup.hardware.linkMs * files);
  }

  /** Sleeps until a time; throws TaskAborted at once when the job is aborted. */
  until(dueNs: bigint): void {
    for (;;) {
      if (this.isAborted) throw new TaskAborted();
      const leftMs = nsToMs(dueNs - nowNs());
      if (leftMs <= 0) return;
      Atomics.wait(this.aborts, this.abortCell, 0, leftMs);
    }
  }
}

/** The limit of a single thread or connection: nothing to share. */
function ownPace(bytesPerSec: number, startNs: bigint): (bytes: number) => bigint {
  let bytesSoFar = 0;
  return (bytes) => {
    bytesSoFar += bytes;
    return startNs + BigInt(Math.round((bytesSoFar / bytesPerSec) * 1e9));
  };
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
