import { sampler } from '../../base/distribution.js';
import { randomStream } from '../../base/random.js';
import { partSizeOf } from '../../repository/index.js';
import type {
  BundledFileCost,
  CoordinatorHardware,
  HostHardware,
  NodeHardware,
  RepositoryLimits,
} from '../hardware.js';
import type { Clock } from './clock.js';

export interface PriceList {
  readonly nodes: readonly NodeHardware[];
  readonly host: HostHardware;
  readonly repository: RepositoryLimits;
  readonly coordinator: CoordinatorHardware;
  readonly seed: string;
}

const FREE_FILES: BundledFileCost = { readMs: 0, makeMs: 0, syncMs: 0 };

const perMs = (bytesPerSec: number): number => bytesPerSec / 1000;

/** What takes a time that does not depend on what else goes on, and requests, which take turns: docs/cost-model.md. */
export class Prices {
  private readonly clock: Clock;
  private readonly list: PriceList;
  private readonly latencyMs: () => number;
  private readonly tokensPerMs: number;
  private readonly burst: number;
  /** In the bucket at `bucketAtMs`; less than nothing once requests wait for tokens that are to come. */
  private tokens: number;
  private bucketAtMs = 0;
  /** Of the request that was priced last: the part of its time that it waits for its turn. */
  lastTurnMs = 0;
  readonly messageMs: number;
  readonly persistMs: number;

  constructor(clock: Clock, list: PriceList) {
    this.clock = clock;
    this.list = list;
    const { latencyMs, requestsPerSec, requestBurst } = list.repository;
    this.latencyMs = sampler(latencyMs, randomStream(list.seed, 'latency'));
    this.tokensPerMs = requestsPerSec / 1000;
    this.burst = requestBurst;
    this.tokens = requestBurst;
    this.messageMs = list.coordinator.messageMs;
    this.persistMs = list.coordinator.persistMs;
  }

  /** How long a request that is made now takes to be answered, besides its bytes: its turn, then its latency. */
  requestMs(): number {
    const latencyMs = this.latencyMs();
    if (this.tokensPerMs === Infinity) return latencyMs;
    this.lastTurnMs = this.turnMs();
    return this.lastTurnMs + latencyMs;
  }

  snapshotMs(node: number, files: number): number {
    return this.list.nodes[node]!.snapshotMs + this.linkMs(node, files);
  }

  linkMs(node: number, files: number): number {
    return this.list.nodes[node]!.linkMs * files;
  }

  /** Processor time of a request that a node makes. */
  get clientMs(): number {
    return this.list.repository.client.requestMs;
  }

  /** The same for a shard's directory. */
  get directoryMs(): number {
    return this.list.repository.client.directoryMs;
  }

  /** Of each file of a bundle. */
  get bundled(): BundledFileCost {
    return this.list.repository.client.bundled ?? FREE_FILES;
  }

  /** Of a file that is sent in parts: the size of all but the last. Undefined: it is sent in one piece. */
  partBytes(fileBytes: number): number | undefined {
    const { multipart } = this.list.repository;
    if (!multipart || fileBytes <= multipart.partBytes) return undefined;
    return partSizeOf(1, multipart.partBytes, fileBytes);
  }

  /** Whether files are sent in parts at all. */
  get hasParts(): boolean {
    return this.list.repository.multipart !== undefined;
  }

  get parallelParts(): number {
    return this.list.repository.multipart?.parallel ?? 1;
  }

  /** Time to build a document and send it to an otherwise idle repository. */
  documentMs(sizeBytes: number): number {
    const { bandwidthBytesPerSec, perConnectionBytesPerSec } = this.list.repository;
    const { manifestBytesPerSec } = this.list.coordinator;
    const sending = perMs(Math.min(bandwidthBytesPerSec, perConnectionBytesPerSec));
    return sizeBytes / perMs(manifestBytesPerSec) + sizeBytes / sending;
  }

  /** Takes a token, or the next one that nobody waits for: how long until it is there. */
  private turnMs(): number {
    const { nowMs } = this.clock;
    this.tokens = Math.min(this.burst, this.tokens + (nowMs - this.bucketAtMs) * this.tokensPerMs);
    this.bucketAtMs = nowMs;
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : -this.tokens / this.tokensPerMs;
  }
}
