import type { Limits } from '../../../job/index.js';
import { RateLimit } from './rate-limit.js';
import { Slots } from './slots.js';

const REQUESTS_AT = RateLimit.BYTES;
const TRANSFERS_AT = 2 * RateLimit.BYTES;

/** The limits of a job, on one node or on all together, in memory that threads share. */
export class LimitCells {
  readonly memory: SharedArrayBuffer;
  readonly bytes: RateLimit;
  readonly requests: RateLimit;
  readonly transfers: Slots;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.bytes = new RateLimit(memory);
    this.requests = new RateLimit(memory, REQUESTS_AT);
    this.transfers = new Slots(memory, TRANSFERS_AT);
  }

  /** Without limits. `threads`: all that can ever work under them at once. */
  static for(threads: number): LimitCells {
    return new LimitCells(new SharedArrayBuffer(TRANSFERS_AT + Slots.bytes(threads)));
  }

  change({ bytesPerSec, requestsPerSec, transfers }: Limits, nowNs: bigint): void {
    this.bytes.change(bytesPerSec, nowNs);
    this.requests.change(requestsPerSec, nowNs);
    this.transfers.change(transfers);
  }
}
