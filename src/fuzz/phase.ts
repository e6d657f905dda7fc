import type { SerializedError } from '../base/errors.js';
import type { FaultedCluster } from '../planner/index.js';
import type { VirtualStorages } from '../world/virtual/virtual-storages.js';
import type { Final, Violation } from './checker.js';
import { count, type Tally } from './coverage.js';
import type { ManifestReader } from './manifest.js';
import type { OpenCluster } from './open-cluster.js';
import type { Scene } from './scene.js';
import type { TraceHash } from './trace-hash.js';
import type { Watch } from './watch.js';

/** What the phases of a case have in common. */
export interface Phase {
  readonly scene: Scene;
  readonly storages: VirtualStorages;
  readonly manifests: ManifestReader;
  readonly tally: Tally;
  readonly hash: TraceHash | undefined;
  readonly open: OpenCluster;
  readonly violations: Violation[];
}

/** The checker that says that in calm a user gets what was asked for. */
export const CONVERGENCE = 'convergence';

/** In calm, whatever is still under way has this long: releases that are tried again, nodes that come back. */
export const CALM_MS = 600_000;

/** Many times what the longest cases need. */
export const MOST_EVENTS = 3_000_000;

/** A statement was refused: for a reason that a user can do something about, never of the program itself. */
export function noteRefusal({ tally, violations }: Phase, atMs: number, error: SerializedError): void {
  count(tally.errors, error.code);
  if (error.code !== 'INTERNAL') return;
  violations.push({ checker: 'no-internal', atMs, message: `a statement was refused with ${error.message}` });
}

/** Has all checkers of a cluster say what was wrong, now that its part of the case is over. */
export function conclude(phase: Phase, cluster: FaultedCluster, watched: Watch): void {
  const nowMs = cluster.world.now();
  const final: Final = { nowMs };
  phase.tally.virtualMs += nowMs;
  phase.violations.push(...watched.panel.end(final));
}
