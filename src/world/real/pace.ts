import { setTimeout as sleep } from 'node:timers/promises';
import { sampler } from '../../base/distribution.js';
import { randomStream } from '../../base/random.js';
import type { NodeHardware, RepositoryLimits } from '../hardware.js';
import { msToNs, nowNs, nsToMs, Pacer } from './pacer.js';
import { ABORT_CELLS, type TaskMessage, type WorkerSetup } from './protocol.js';

/** Thrown into a task's work when its job was aborted. */
export class TaskAborted extends Error {
  override readonly name = 'TaskAborted';
}

/** Bytes moved between two looks at the limits: about this much time's worth, so that rates are smooth. */
const CHUNK_MS = 8;
const MIN_CHUNK_BYTES = 16 * 1024;
export const MAX_CHUNK_BYTES = 1024 * 1024;
const TURNS_PER_CHUNK = 4;
const MIN_TURN_BYTES = 4096;

/**
 * How far a thread may be behind its schedule and still catch up: covers late wake-ups and the work of an operation, and
 * keeps what comes in a burst below 5 % of a second.
 */
const MAX_LAG_NS = msToNs(40);

/** About what a thread does at least of the hashing and signing that comes before a part goes to a server. */
const SIGNED_BYTES_PER_SEC = 150e6;

/** Timers are no finer than this; what is left is slept. */
const TIMER_MS = 1;
/** How long an abort may go unnoticed by who waits without blocking. */
const MAX_TIMER_MS = 20;

/** What the limits of a thread are. */
export type PaceSetup = Pick<WorkerSetup, 'shared' | 'hardware' | 'limits' | 'seed' | 'nodeName'>;

/** Gives, a call for each chunk of bytes that has been moved, the time until which to wait. */
export type ByteClock = (bytes: number) => bigint;

/**
 * Makes operations take the time that the scenario says, or longer if the machine is slower. Each thread has a schedule:
 * an operation does its work and then waits until it is due, and the next one begins when the last was due, not when the
 * thread woke up. So neither the work itself nor a late wake-up is added to the time that a limit asks for.
 */
export class Pace {
  readonly chunkBytes: number;
  /** Bytes wait for nothing but the machine. */
  readonly isFree: boolean;
  /** Bytes per second of a transfer, or a read, that has nothing to share with others. */
  private readonly slowestLink: number;
  private readonly slowestDisk: number;
  private readonly hashBytesPerSec: number;
  private readonly disk: Pacer;
  private readonly nic: Pacer;
  private readonly bandwidth: Pacer;
  private readonly requests: Pacer;
  private readonly aborts: Int32Array;
  private readonly latencyMs: () => number;
  private readonly linkMs: number;
  private readonly snapshotMs: number;
  private abortCell = 0;
  private sendOrdinal = 0;
  private scheduleNs = 0n;
  private lagNs = MAX_LAG_NS;

  constructor({ shared, hardware, limits, seed, nodeName }: PaceSetup, threadId: number) {
    this.disk = new Pacer(shared.disk, hardware.diskBytesPerSec);
    this.nic = new Pacer(shared.nic, hardware.nicBytesPerSec);
    this.bandwidth = new Pacer(shared.bandwidth, limits.bandwidthBytesPerSec);
    this.requests = new Pacer(shared.requests, limits.requestsPerSec, limits.requestBurst);
    this.aborts = new Int32Array(shared.aborts);
    this.latencyMs = sampler(limits.latencyMs, randomStream(seed, `latency/${nodeName}/${threadId}`));
    this.linkMs = hardware.linkMs;
    this.snapshotMs = hardware.snapshotMs;
    const { nicBytesPerSec, diskBytesPerSec, hashBytesPerSec } = hardware;
    this.slowestLink = Math.min(nicBytesPerSec, limits.perConnectionBytesPerSec, limits.bandwidthBytesPerSec);
    this.slowestDisk = Math.min(diskBytesPerSec, hashBytesPerSec);
    this.hashBytesPerSec = hashBytesPerSec;
    this.isFree = isFree(hardware, limits);
    const wanted = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, (this.slowestLink * CHUNK_MS) / 1000));
    this.chunkBytes = Math.floor(wanted / MIN_CHUNK_BYTES) * MIN_CHUNK_BYTES;
  }

  /** A task begins: says whose it is, and when it came; it was due then, or when the thread was due with the one before. */
  begin({ task, sentNs, sendOrdinal }: TaskMessage): void {
    this.abortCell = task.jobId % ABORT_CELLS;
    this.sendOrdinal = sendOrdinal;
    this.scheduleNs = later(this.scheduleNs, sentNs);
  }

  /** So many bytes are hashed and signed before any of them goes out: the schedule may lag by as much until they have. */
  expectSigning(bytes: number): void {
    this.lagNs = MAX_LAG_NS + msToNs((bytes / SIGNED_BYTES_PER_SEC) * 1000);
  }

  get isAborted(): boolean {
    return Atomics.load(this.aborts, this.abortCell) > this.sendOrdinal;
  }

  /** When a request made now is answered, besides the time its bytes take. */
  request(): bigint {
    const startNs = this.now();
    return later(this.requests.turn(startNs), startNs) + msToNs(this.latencyMs());
  }

  /** When the snapshot of a shard of this many files, begun now, is taken. */
  snapshot(files: number): bigint {
    return this.links(files) + msToNs(this.snapshotMs);
  }

  /** When links of this many files, begun now, are made. */
  links(files: number): bigint {
    return this.now() + msToNs(this.linkMs * files);
  }

  /** For a read of the disk that is hashed on the way, from now. */
  reading(): ByteClock {
    const startNs = this.now();
    const alone = aloneAt(this.slowestDisk, startNs);
    return this.inTurn(startNs, (bytes, atNs) => later(this.disk.take(bytes, atNs), alone(bytes)));
  }

  /** For bytes in memory that are hashed, from now. */
  hashing(): ByteClock {
    return aloneAt(this.hashBytesPerSec, this.now());
  }

  /** For the bytes of a transfer whose request is answered at `startNs`. */
  transferring(startNs: bigint): ByteClock {
    const alone = aloneAt(this.slowestLink, startNs);
    return this.inTurn(startNs, (bytes, atNs) => later(this.network(bytes, atNs), alone(bytes)));
  }

  /** The same for a transfer that is read from (or written to) the disk and hashed on the way. */
  transferringHashed(startNs: bigint): ByteClock {
    const alone = aloneAt(Math.min(this.slowestLink, this.slowestDisk), startNs);
    const shared = (bytes: number, atNs: bigint): bigint =>
      later(this.network(bytes, atNs), this.disk.take(bytes, atNs));
    return this.inTurn(startNs, (bytes, atNs) => later(shared(bytes, atNs), alone(bytes)));
  }

  /**
   * Waits for bytes that have been moved, in several turns: so a small file shares the wire with the others that are under
   * way, instead of having it to itself for as long as it takes.
   */
  pay(clock: ByteClock, bytes: number): void {
    if (this.isFree) return this.stopIfAborted();
    const turn = turnBytes(bytes);
    for (let left = bytes; left > 0; left -= turn) this.until(clock(Math.min(turn, left)));
  }

  /**
   * The same for a transfer whose request is answered at `startNs`: not before. What threads share would otherwise be taken
   * in advance by one whose answer comes late, and all whose answers come before would wait for it.
   */
  payFrom(startNs: bigint, clock: ByteClock, bytes: number): void {
    this.until(startNs);
    this.pay(clock, bytes);
  }

  /** Throws TaskAborted when the job is aborted. */
  stopIfAborted(): void {
    if (this.isAborted) throw new TaskAborted();
  }

  /** Sleeps until a time; throws TaskAborted at once when the job is aborted. */
  until(dueNs: bigint): void {
    for (;;) {
      const abortedUpTo = Atomics.load(this.aborts, this.abortCell);
      if (abortedUpTo > this.sendOrdinal) throw new TaskAborted();
      const leftMs = nsToMs(dueNs - nowNs());
      if (leftMs <= 0) break;
      Atomics.wait(this.aborts, this.abortCell, abortedUpTo, leftMs);
    }
    this.scheduleNs = later(this.scheduleNs, dueNs);
  }

  /** Sleeps until a time, or less: whoever changes what a job may do has its threads look again. Throws as `until` does. */
  pause(untilNs: bigint): void {
    const abortedUpTo = Atomics.load(this.aborts, this.abortCell);
    if (abortedUpTo > this.sendOrdinal) throw new TaskAborted();
    const leftMs = nsToMs(untilNs - nowNs());
    if (leftMs > 0) Atomics.wait(this.aborts, this.abortCell, abortedUpTo, leftMs);
  }

  /** The same, and what is on its way goes on meanwhile. */
  async pauseSending(untilNs: bigint): Promise<void> {
    if (this.isAborted) throw new TaskAborted();
    const leftMs = nsToMs(untilNs - nowNs());
    if (leftMs > 0) await sleep(Math.min(Math.ceil(leftMs), MAX_TIMER_MS));
  }

  /** As `until`, and what is on its way goes on meanwhile: blocked, the thread would neither send nor receive. */
  async untilSent(dueNs: bigint): Promise<void> {
    for (;;) {
      const leftMs = nsToMs(dueNs - nowNs());
      if (this.isAborted || leftMs < TIMER_MS) break;
      await sleep(Math.min(Math.floor(leftMs), MAX_TIMER_MS));
    }
    this.until(dueNs);
  }

  /** What time it is by the thread's schedule. */
  private now(): bigint {
    this.scheduleNs = later(this.scheduleNs, nowNs() - this.lagNs);
    return this.scheduleNs;
  }

  /** Each chunk begins when the one before was due, or as late as a schedule may lag. */
  private inTurn(startNs: bigint, take: (bytes: number, atNs: bigint) => bigint): ByteClock {
    let atNs = startNs;
    return (bytes) => {
      atNs = take(bytes, later(atNs, nowNs() - this.lagNs));
      return atNs;
    };
  }

  private network(bytes: number, atNs: bigint): bigint {
    return later(this.nic.take(bytes, atNs), this.bandwidth.take(bytes, atNs));
  }
}

/** Whether bytes wait for nothing but the machine, on a node like this. */
export function isFree(
  { nicBytesPerSec, diskBytesPerSec, hashBytesPerSec }: NodeHardware,
  { perConnectionBytesPerSec, bandwidthBytesPerSec }: RepositoryLimits,
): boolean {
  const ofNode = Math.min(nicBytesPerSec, diskBytesPerSec, hashBytesPerSec);
  return Math.min(ofNode, perConnectionBytesPerSec, bandwidthBytesPerSec) === Infinity;
}

/** Whether tasks wait for nothing at all but the machine. */
export function isInstant(hardware: NodeHardware, limits: RepositoryLimits): boolean {
  const { latencyMs, requestsPerSec } = limits;
  const isAnsweredAtOnce = latencyMs.kind === 'fixed' && latencyMs.value === 0 && requestsPerSec === Infinity;
  return isFree(hardware, limits) && isAnsweredAtOnce && hardware.linkMs === 0 && hardware.snapshotMs === 0;
}

/** How many of `bytes` are moved at a turn. */
export const turnBytes = (bytes: number): number =>
  Math.max(MIN_TURN_BYTES, Math.ceil(bytes / TURNS_PER_CHUNK));

/** How fast bytes may go that have nothing to share with anyone. */
function aloneAt(bytesPerSec: number, startNs: bigint): ByteClock {
  let bytesSoFar = 0;
  return (bytes) => {
    bytesSoFar += bytes;
    return startNs + BigInt(Math.round((bytesSoFar / bytesPerSec) * 1e9));
  };
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
