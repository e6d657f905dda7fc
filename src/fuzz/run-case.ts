import { serialize } from '../base/errors.js';
import type { Catalog } from '../catalog/index.js';
import { generateCatalog } from '../scenario/index.js';
import { VirtualStorages } from '../world/virtual/virtual-storages.js';
import { backupPhase } from './backup-phase.js';
import type { Violation } from './checker.js';
import { emptyTally, type Tally } from './coverage.js';
import type { BrokenReplica, FuzzCase } from './fuzz-case.js';
import { ManifestReader } from './manifest.js';
import type { OpenCluster } from './open-cluster.js';
import { restorePhase } from './restore-phase.js';
import { sceneOf } from './scene.js';
import { TraceHash, type Hash } from './trace-hash.js';

/** What one run of a case came to. */
export interface CaseResult {
  readonly violations: readonly Violation[];
  readonly tally: Tally;
  /** Of all that was seen, where it was asked for. */
  readonly hash: Hash | undefined;
}

export interface RunOptions {
  readonly open: OpenCluster;
  readonly hash: boolean;
}

/**
 * Runs a case: its statements while its faults happen, then calm, in which everything must come to its end and right; then every
 * snapshot is restored into another cluster. A pure function of the case.
 */
export function runCase(fuzzCase: FuzzCase, options: RunOptions): CaseResult {
  const tally = emptyTally();
  tally.runs = 1;
  const hash = options.hash ? new TraceHash() : undefined;
  const violations: Violation[] = [];
  try {
    const catalog = generateCatalog(fuzzCase.scenario);
    const brokenReplicas = fuzzCase.brokenReplicas.filter((broken) => breakReplica(catalog, broken));
    const scene = sceneOf({ ...fuzzCase, brokenReplicas }, catalog);
    const storages = new VirtualStorages();
    const { repository } = fuzzCase.scenario;
    const manifests = new ManifestReader(storages.repository(repository.name, repository.storage));
    const phase = { scene, storages, manifests, tally, hash, open: options.open, violations };
    const backedUp = backupPhase(phase);
    restorePhase(phase, backedUp);
  } catch (error) {
    // Whatever is thrown out of a run is a fault of the program, whichever invariant it broke.
    violations.push({ checker: 'crash', atMs: tally.virtualMs, message: serialize(error).message });
  }
  return { violations, tally, hash: hash?.hash };
}

/** False if there is no such replica: a case that was made smaller may name one. */
function breakReplica({ shards }: Catalog, { shard, replica, why }: BrokenReplica): boolean {
  const at = shards.firstReplica[shard]! + replica;
  if (shard >= shards.count || at >= shards.firstReplica[shard + 1]!) return false;
  if (why === 'unhealthy') shards.replicaHealthy[at] = 0;
  else shards.replicaVersion[at]! -= 1;
  return true;
}
