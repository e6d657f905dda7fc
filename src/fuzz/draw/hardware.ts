import { fixed, type Distribution } from '../../base/distribution.js';
import type { ClusterSpec, RepositorySpec } from '../../scenario/index.js';
import type { NodeHardware, RepositoryLimits } from '../../world/hardware.js';
import { REPOSITORY } from '../fuzz-case.js';
import type { Dice } from './dice.js';

export function drawCluster(dice: Dice): ClusterSpec {
  const count = dice.pick([1, 2, 2, 3, 3, 4, 5]);
  const hardware: NodeHardware = {
    diskBytesPerSec: dice.pick([50e6, 500e6]),
    hashBytesPerSec: 500e6,
    nicBytesPerSec: dice.pick([10e6, 100e6]),
    linkMs: dice.pick([0, 0.02, 1]),
    snapshotMs: dice.pick([0, 1, 20]),
  };
  return {
    nodes: Array.from({ length: count }, (_, i) => ({ name: `be-${i + 1}`, hardware })),
    replication: 1,
    placement: dice.pick(['even', 'random'] as const),
    coordinator: {
      messageMs: dice.pick([0, 0.5, 1, 5]),
      persistMs: dice.pick([0, 0, 1, 5]),
      manifestBytesPerSec: dice.pick([Infinity, 1e6]),
    },
    host: { nodesPerHost: 1, cores: Infinity, diskBytesPerSec: Infinity },
    stragglers: { share: 0, slowdown: 2 },
  };
}

export function drawRepository(dice: Dice): RepositorySpec {
  const type = dice.pick(['local', 's3'] as const);
  const storage =
    type === 'local'
      ? ({ kind: 'local', directory: '', durable: true } as const)
      : ({ kind: 's3', region: 'r', bucket: 'bucket', prefix: '', addressing: 'path' } as const);
  return { name: REPOSITORY, type, readOnly: false, limits: drawLimits(dice, type), storage, isPlaced: true };
}

function drawLimits(dice: Dice, type: RepositorySpec['type']): RepositoryLimits {
  const latencyMs = dice.pick<Distribution>([
    fixed(0),
    fixed(1),
    fixed(20),
    { kind: 'uniform', min: 0, max: 10 },
  ]);
  return {
    bandwidthBytesPerSec: dice.pick([Infinity, 20e6, 200e6]),
    perConnectionBytesPerSec: dice.pick([Infinity, Infinity, 10e6]),
    latencyMs,
    requestsPerSec: dice.pick([Infinity, Infinity, 200, 2000]),
    requestBurst: dice.pick([1, 5, 50]),
    multipart:
      type === 's3' && dice.chance(0.3)
        ? { partBytes: dice.pick([5 * 2 ** 20, 1e6]), parallel: dice.int(1, 3) }
        : undefined,
    client: { requestMs: dice.pick([0, 0, 0.2]), directoryMs: 0, bytesPerSec: Infinity },
  };
}

/** Some cases have their small files bundled: from a stream of its own, so that it changes nothing else of a case. */
export function withBundles(dice: Dice, repository: RepositorySpec): RepositorySpec {
  if (!dice.chance(0.25)) return repository;
  const bundleBelowBytes = dice.pick([1, 1000, 100_000, 8 * 2 ** 20]);
  const bundled = dice.pick([undefined, { readMs: 0.5, makeMs: 1, syncMs: 2 }]);
  const client = { ...repository.limits.client, ...(bundled ? { bundled } : {}) };
  return {
    ...repository,
    storage: { ...repository.storage, bundleBelowBytes },
    limits: { ...repository.limits, client },
  };
}
