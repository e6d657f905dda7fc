import type { Operation } from '../../node/index.js';
import type { ActivityLimits } from './activity-limits.js';
import type { Activities } from './activities.js';
import type { Clock } from './clock.js';
import type { EventQueue } from './event-queue.js';
import type { FaultsAtNodes } from './faults/faulty-work.js';
import type { Flows } from './flows.js';
import type { Ledger } from './ledger.js';
import type { Cluster } from './node-operations.js';
import type { Movements } from './movements.js';
import type { NodePools } from './node-pools.js';
import type { Prices } from './prices.js';
import type { Witness } from './witness.js';

export interface TraceRecord {
  readonly atMs: number;
  readonly node: number;
  readonly jobId: number;
  readonly taskId: number;
  readonly operation: Operation;
}

export interface NodeWorkOptions {
  readonly cluster: Cluster;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly flows: Flows;
  readonly pools: NodePools;
  readonly queue: EventQueue;
  readonly limits: ActivityLimits;
  readonly movements: Movements;
  readonly activities: Activities;
  readonly trace: ((record: TraceRecord) => void) | undefined;
  /** Told what workers wait for; undefined where nobody asks. */
  readonly ledger: Ledger | undefined;
  /** The time that a report takes to the coordinator. */
  readonly answerMs: number;
  /** Where something may go wrong: what does, and what nodes do about it. */
  readonly faults: FaultsAtNodes | undefined;
  readonly witness: Witness | undefined;
}
