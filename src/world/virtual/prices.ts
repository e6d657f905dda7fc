import { sampler } from '../../base/distribution.js';
import { randomStream } from '../../base/random.js';
import type { CoordinatorHardware, HostHardware, NodeHardware, RepositoryLimits } from '../hardware.js';
import { SharedRate } from './shared-rate.js';

export interface PriceList {
  readonly nodes: readonly NodeHardware[];
  readonly host: HostHardware;
  readonly repository: RepositoryLimits;
  readonly coordinator: CoordinatorHardware;
  readonly seed: string;
}

const perMs = (bytesPerSec: number): number => bytesPerSec / 1000;

/**
 * Everything that costs time and is shared: disks, network cards, the repository's bandwidth and its request rate.
 *
 * A node has two lanes of transfers, because a transfer that also hashes (a one-pass upload, a download) is limited by the
 * disk and by MD5 as well. Where both kinds run on one node at once, each transfer gets an equal part of the card.
 */
export class Prices {
  readonly network: SharedRate;
  readonly disks: SharedRate;
  readonly requestLatencyMs: () => number;
  private readonly list: PriceList;
  private readonly requestGapMs: number;
  private nextRequestAtMs = 0;

  constructor(list: PriceList) {
    this.list = list;
    this.requestGapMs = 1000 / list.repository.requestsPerSec;
    this.requestLatencyMs = sampler(list.repository.latencyMs, randomStream(list.seed, 'latency'));
    this.network = new SharedRate(perMs(list.repository.bandwidthBytesPerSec), (lane, flows) =>
      this.transferLimit(lane, flows),
    );
    this.disks = new SharedRate(Infinity, (node, readers) => {
      const { diskBytesPerSec, hashBytesPerSec } = list.nodes[node]!;
      const all = readers + this.network.flowsIn(laneOf(node, true));
      return perMs(Math.min(hashBytesPerSec, diskBytesPerSec / all));
    });
  }

  /** How long a request that is made now takes to be answered, besides its bytes: its turn, then its latency. */
  requestMs(nowMs: number): number {
    const atMs = Math.max(nowMs, this.nextRequestAtMs);
    this.nextRequestAtMs = atMs + this.requestGapMs;
    return atMs - nowMs + this.requestLatencyMs();
  }

  linkMs(node: number, files: number): number {
    return this.list.nodes[node]!.linkMs * files;
  }

  get messageMs(): number {
    return this.list.coordinator.messageMs;
  }

  /** Time to send a document to an otherwise idle repository. */
  documentMs(sizeBytes: number): number {
    const { bandwidthBytesPerSec, perConnectionBytesPerSec } = this.list.repository;
    return sizeBytes / perMs(Math.min(bandwidthBytesPerSec, perConnectionBytesPerSec));
  }

  /** After a transfer of a node started or ended, what it shares with the node's other lanes has changed. */
  transferChanged(node: number, hashing: boolean, nowMs: number): void {
    this.network.refresh(laneOf(node, !hashing), nowMs);
    if (hashing) this.disks.refresh(node, nowMs);
  }

  /** After a reader of a node's disk started or ended. */
  readerChanged(node: number, nowMs: number): void {
    this.network.refresh(laneOf(node, true), nowMs);
  }

  private transferLimit(lane: number, flows: number): number {
    const node = lane >> 1;
    const hashing = (lane & 1) === 1;
    const { nicBytesPerSec, diskBytesPerSec, hashBytesPerSec } = this.list.nodes[node]!;
    const transfers = flows + this.network.flowsIn(laneOf(node, !hashing));
    const limit = Math.min(nicBytesPerSec / transfers, this.list.repository.perConnectionBytesPerSec);
    if (!hashing) return perMs(limit);
    const readers = flows + this.disks.flowsIn(node);
    return perMs(Math.min(limit, hashBytesPerSec, diskBytesPerSec / readers));
  }
}

/** The network lane of a node's transfers, by whether they hash as they go. */
export const laneOf = (node: number, hashing: boolean): number => node * 2 + (hashing ? 1 : 0);
