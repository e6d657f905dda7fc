import type { FaultedCluster } from '../planner/index.js';
import type { VirtualStorages } from '../world/virtual/virtual-storages.js';
import type { Final, Violation } from './checker.js';
import type { Tally } from './coverage.js';
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

/** Has all checkers of a cluster say what was wrong, now that its part of the case is over. */
export function conclude(phase: Phase, cluster: FaultedCluster, watched: Watch): void {
  const nowMs = cluster.world.now();
  const final: Final = { nowMs };
  phase.tally.virtualMs += nowMs;
  phase.violations.push(...watched.panel.end(final));
}
