import { BLOCKING, MEANWHILE, type Sync } from '../../repository/storage/local-sync.js';
import { BundleMemory } from './bundle-memory.js';
import { laneHasher, plainHasher, type Hasher } from './hasher.js';
import { Md5Lane } from './md5/lanes.js';
import { Pace } from './pace.js';
import type { WorkerSetup } from './protocol.js';

/** What a task has to itself while a thread does it: a seat for each of the node's workers. */
export interface Seat {
  readonly pace: Pace;
  readonly hasher: Hasher;
  readonly bundles: BundleMemory;
  /** Whether other tasks take turns on the same thread, which must not stand still then. */
  readonly isShared: boolean;
  /** How what must be on the disk is brought there. */
  readonly sync: Sync;
}

/** A thread's seats. */
export function seatsOf(setup: WorkerSetup, threadId: number): Seat[] {
  const { seatsPerThread } = setup;
  const lanes = Md5Lane.several(seatsPerThread);
  const isShared = seatsPerThread > 1;
  return Array.from({ length: seatsPerThread }, (_, i) => ({
    pace: new Pace(setup, threadId),
    hasher: lanes[i] ? laneHasher(lanes[i]) : plainHasher(),
    bundles: new BundleMemory(),
    isShared,
    sync: isShared ? MEANWHILE : BLOCKING,
  }));
}

/** Threads of a node, and tasks that each does at a time. */
export interface Seating {
  readonly threads: number;
  readonly seatsPerThread: number;
}

/**
 * How a node's workers are seated. Where they wait for nothing but the machine, several share a thread, which starts sooner than as many
 * threads, and hashes their files together: a thread a core, since more would only take turns. Where they have limits to keep to, which threads keep to by sleeping, each has its own.
 */
export function seatingFor(workers: number, nodes: number, isInstant: boolean, cores: number): Seating {
  if (!isInstant) return { threads: workers, seatsPerThread: 1 };
  const threads = Math.min(workers, Math.ceil(cores / nodes));
  return { threads, seatsPerThread: Math.ceil(workers / threads) };
}
