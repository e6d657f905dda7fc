import { fixed, type Distribution } from '../base/distribution.js';

/**
 * What one compute node can do. The virtual world prices operations by it; the real world enforces every rate as an
 * upper limit, so that a small machine can stand in for slow hardware. `Infinity` is no limit (and no cost).
 */
export interface NodeHardware {
  /** Sequential reads, shared fairly by the node's readers. */
  readonly diskBytesPerSec: number;
  /** MD5, per thread. */
  readonly hashBytesPerSec: number;
  /**
   * MD5 of a core that does nothing else, where `hashBytesPerSec` is a limit beneath it: what hashing takes of the cores.
   * Default: `hashBytesPerSec`.
   */
  readonly coreHashBytesPerSec?: number;
  /** Network card, shared by the node's uploads. */
  readonly nicBytesPerSec: number;
  /** Time to make (or drop) one hard link, on one snapshot worker. */
  readonly linkMs: number;
  /** Time to begin the snapshot of a shard, on one snapshot worker, besides its links: its directory. */
  readonly snapshotMs: number;
}

/** What nodes on one machine have between them. It is told of, not enforced in real runs: threads share what there is. */
export interface HostHardware {
  /** Nodes that share a host; the first so many nodes are on the first host, and so on. */
  readonly nodesPerHost: number;
  /** Processor cores, for all computing of its nodes: hashing, and what `ClientCost` says. A thread uses one at most. */
  readonly cores: number;
  /** Sequential reads of all its nodes together. */
  readonly diskBytesPerSec: number;
}

/** What the repository's storage allows. */
export interface RepositoryLimits {
  /** All transfers of all nodes together. */
  readonly bandwidthBytesPerSec: number;
  /** One connection, that is one file (or one part of it) on its way. */
  readonly perConnectionBytesPerSec: number;
  /** Milliseconds from sending a request to its answer, besides the time its bytes take. */
  readonly latencyMs: Distribution;
  /** Requests of all nodes together, over time: a token bucket's rate … */
  readonly requestsPerSec: number;
  /** … and its depth: so many requests may be made at once after a pause. At least 1. */
  readonly requestBurst: number;
  /** How large files are sent; undefined: in one piece, whatever their size. */
  readonly multipart: Multipart | undefined;
  readonly client: ClientCost;
}

/** A file larger than a part is begun with a request, sent in parts, and completed with another request. */
export interface Multipart {
  readonly partBytes: number;
  /** Parts of one file that are on their way at once. */
  readonly parallel: number;
}

/** What talking to the repository costs a node's processor. Told of, not enforced in real runs. */
export interface ClientCost {
  /** Processor time of one request, besides its bytes. */
  readonly requestMs: number;
  /** Processor time of a shard's first file, besides: the shard's directory. */
  readonly directoryMs: number;
  /** Bytes that one thread moves between a disk and the repository, hashing aside. */
  readonly bytesPerSec: number;
  /** What files in bundles cost by the file; absent: nothing. */
  readonly bundled?: BundledFileCost;
}

/** What a file costs its node that shares an object with others, and so has no request of its own; besides its bytes. */
export interface BundledFileCost {
  /** Processor time to open, read and close it, when a bundle is made of it. */
  readonly readMs: number;
  /** Processor time to make it, when a bundle is taken apart. */
  readonly makeMs: number;
  /** And what it waits for the disk then. */
  readonly syncMs: number;
}

/** What the coordinator's own work costs in the virtual world. Told of, not enforced in real runs. */
export interface CoordinatorHardware {
  /** From sending a task to its arrival on the node, and from its end to the coordinator's knowing. */
  readonly messageMs: number;
  /** Making a change of a job's state durable. */
  readonly persistMs: number;
  /** Building a manifest and writing it as text, before it is sent. */
  readonly manifestBytesPerSec: number;
}

/** Some nodes are slower than their hardware says: disk, hashing, card and links. Which, is drawn from the seed. */
export interface Stragglers {
  /** Of all nodes, 0 to 1; rounded to whole nodes. */
  readonly share: number;
  /** How many times as long these take there. */
  readonly slowdown: number;
}

/** A node on which nothing waits for anything but the machine. */
export const UNLIMITED_NODE: NodeHardware = {
  diskBytesPerSec: Infinity,
  hashBytesPerSec: Infinity,
  nicBytesPerSec: Infinity,
  linkMs: 0,
  snapshotMs: 0,
};

/** A repository like that. */
export const UNLIMITED_REPOSITORY: RepositoryLimits = {
  bandwidthBytesPerSec: Infinity,
  perConnectionBytesPerSec: Infinity,
  latencyMs: fixed(0),
  requestsPerSec: Infinity,
  requestBurst: 1,
  multipart: undefined,
  client: { requestMs: 0, directoryMs: 0, bytesPerSec: Infinity },
};
