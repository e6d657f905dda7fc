import { DrillError } from '../base/errors.js';
import type { SerializedError } from '../base/errors.js';
import type { Catalog } from '../catalog/index.js';
import type { Coordinator } from '../coordinator/index.js';
import type { Scenario } from '../scenario/index.js';
import type { Statement } from '../sql/index.js';
import type { VirtualRepository } from '../world/virtual/virtual-repository.js';
import type { VirtualStorages } from '../world/virtual/virtual-storages.js';
import type { VirtualWorld } from '../world/virtual/virtual-world.js';
import type { Witness } from '../world/virtual/witness.js';

export interface FaultedClusterOptions {
  /** The cluster to run on, where it is not the scenario's own. */
  readonly catalog?: Catalog;
  /** The storages of another cluster, which may have written to them. */
  readonly storages?: VirtualStorages;
  readonly witness?: Witness;
}

/** What became of a statement: it was refused, or its job ended, or neither until nothing was left to happen. */
export type Fate =
  | { readonly kind: 'refused'; readonly error: SerializedError }
  | { readonly kind: 'ended'; readonly jobId: number; readonly state: 'FINISHED' | 'CANCELLED' }
  | { readonly kind: 'stuck'; readonly jobId: number | undefined };

/** A scenario's cluster in virtual time in which the scenario's faults happen, and whose coordinators may die. */
export interface FaultedCluster {
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  readonly world: VirtualWorld;
  readonly storages: VirtualStorages;
  readonly repository: VirtualRepository;
  /** The one that lives now, and the last one if none does. */
  readonly coordinator: Coordinator;
  /** How many coordinators died. */
  readonly deaths: number;
  /**
   * Does what a user does: gives the statement to the coordinator, and asks its successor for the job if it died, or gives it
   * again. Lets time pass until the job has ended and left nothing behind, at most until `untilMs`.
   */
  run(statement: Statement, untilMs?: number): Fate;
  /** Ends all faults: every node is there, every message arrives, a coordinator lives. What is damaged stays damaged. */
  calm(): void;
  /** Lets everything happen that is still on its way, at most until `untilMs`. */
  settle(untilMs?: number): void;
}

export function faultedCluster(_scenario: Scenario, _options: FaultedClusterOptions = {}): FaultedCluster {
  throw new DrillError('NOT_SUPPORTED', 'faults are not simulated yet');
}
