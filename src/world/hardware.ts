import type { Distribution } from '../base/distribution.js';

/**
 * What one compute node can do. The virtual world prices operations by it; the real world enforces every rate as an
 * upper limit, so that a small machine can stand in for slow hardware. `Infinity` is no limit (and no cost).
 */
export interface NodeHardware {
  /** Sequential reads, shared fairly by the node's readers. */
  readonly diskBytesPerSec: number;
  /** MD5, per thread. */
  readonly hashBytesPerSec: number;
  /** Network card, shared by the node's uploads. */
  readonly nicBytesPerSec: number;
  /** Time to make (or drop) one hard link, on one snapshot worker. */
  readonly linkMs: number;
}

/** What the repository's storage allows. */
export interface RepositoryLimits {
  /** All uploads of all nodes together. */
  readonly bandwidthBytesPerSec: number;
  /** One connection, that is one upload. */
  readonly perConnectionBytesPerSec: number;
  /** Milliseconds from sending a request to its answer, besides the time its bytes take. */
  readonly latencyMs: Distribution;
  /** Requests of all nodes together. */
  readonly requestsPerSec: number;
}

/** What the coordinator's own work costs in the virtual world. */
export interface CoordinatorHardware {
  /** From sending a task to its arrival on the node, and from its end to the coordinator's knowing. */
  readonly messageMs: number;
}
