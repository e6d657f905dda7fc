import { fixed, mean, scaled as scaledBy } from '../../base/distribution.js';
import { formatBytes, formatDuration, formatRate, formatRequestRate } from '../../base/units.js';
import type { Scenario } from '../../scenario/index.js';
import type { RepositoryLimits } from '../../world/hardware.js';
import { scaled, type Knob } from './knob.js';

const MOST_RATE = 1e12;
const MOST_REQUESTS_PER_SEC = 1e7;
const MOST_LATENCY_MS = 60_000;

const withLimits = (scenario: Scenario, limits: Partial<RepositoryLimits>): Scenario => ({
  ...scenario,
  repository: { ...scenario.repository, limits: { ...scenario.repository.limits, ...limits } },
});

const limitsOf = ({ repository }: Scenario): RepositoryLimits => repository.limits;

const RATE = {
  format: formatRate,
  better: 'more',
  isWhole: false,
  least: 1,
  most: MOST_RATE,
  typical: 1e9,
  end: () => Infinity,
} as const;
const TIME = {
  format: formatDuration,
  better: 'less',
  isWhole: false,
  least: 0,
  most: MOST_LATENCY_MS,
  typical: 10,
  finest: 1e-3,
  end: () => 0,
} as const;

const BUNDLED_BELOW_BYTES = 1e6;

/** Whether there are shards with files small enough to be bundled. */
const hasSmallFiles = ({ databases }: Scenario): boolean =>
  databases.some(({ tables }) =>
    tables.some(({ partitions }) =>
      partitions.some(
        ({ filesPerShard, fileSizeBytes }) =>
          mean(filesPerShard) >= 1 && mean(fileSizeBytes) < BUNDLED_BELOW_BYTES,
      ),
    ),
  );

const withBundles = (scenario: Scenario): Scenario => ({
  ...scenario,
  repository: {
    ...scenario.repository,
    storage: { ...scenario.repository.storage, bundleBelowBytes: BUNDLED_BELOW_BYTES },
  },
});

/** Leaves Doris's layout, so that it is offered only where there is much to gain. */
const bundles: Knob = {
  path: 'repository.bundleFilesBelow',
  label: 'bundles of small files',
  // Fewer requests take less time of processors, cores or workers, and that may be what made one node the last, or the manifest's wait.
  eases: ['latency', 'requestRate', 'cpu', 'workers', 'imbalance', 'coordinator'],
  now: ({ repository: { storage } }) =>
    storage.bundleBelowBytes === undefined ? 'none' : formatBytes(storage.bundleBelowBytes),
  step: (scenario) =>
    scenario.repository.storage.bundleBelowBytes === undefined && hasSmallFiles(scenario)
      ? { scenario: withBundles(scenario), to: formatBytes(BUNDLED_BELOW_BYTES) }
      : undefined,
  end: () => undefined,
};

// The coordinator sends manifests with requests and bytes like all others: hence its part in what these ease.
export const REPOSITORY_KNOBS: readonly Knob[] = [
  bundles,
  scaled(
    {
      path: 'repository.bandwidth',
      label: 'bandwidth of the repository',
      eases: ['bandwidth', 'coordinator'],
    },
    {
      ...RATE,
      value: (scenario) => limitsOf(scenario).bandwidthBytesPerSec,
      set: (scenario, rate) => withLimits(scenario, { bandwidthBytesPerSec: rate }),
    },
  ),
  scaled(
    {
      path: 'repository.perConnection',
      label: 'rate of one connection',
      eases: ['connection', 'coordinator'],
    },
    {
      ...RATE,
      value: (scenario) => limitsOf(scenario).perConnectionBytesPerSec,
      set: (scenario, rate) => withLimits(scenario, { perConnectionBytesPerSec: rate }),
    },
  ),
  scaled(
    { path: 'repository.latency', label: 'latency of a request', eases: ['latency', 'coordinator'] },
    {
      ...TIME,
      value: (scenario) => mean(limitsOf(scenario).latencyMs),
      set: (scenario, latencyMs) => {
        const now = limitsOf(scenario).latencyMs;
        const meanMs = mean(now);
        // As much as its mean is to change, and of the same shape.
        const isScaled = meanMs > 0 && meanMs < Infinity && latencyMs > 0;
        return withLimits(scenario, {
          latencyMs: isScaled ? scaledBy(now, latencyMs / meanMs) : fixed(latencyMs),
        });
      },
    },
  ),
  scaled(
    {
      path: 'repository.requestRate',
      label: 'request rate of the repository',
      eases: ['requestRate', 'coordinator'],
    },
    {
      value: (scenario) => limitsOf(scenario).requestsPerSec,
      set: (scenario, rate) => withLimits(scenario, { requestsPerSec: rate }),
      format: formatRequestRate,
      better: 'more',
      isWhole: false,
      least: 0.1,
      most: MOST_REQUESTS_PER_SEC,
      typical: 1000,
      end: () => Infinity,
    },
  ),
  scaled(
    {
      path: 'repository.client.request',
      label: 'processor time of a request',
      eases: ['workers', 'cpu'],
    },
    {
      ...TIME,
      value: (scenario) => limitsOf(scenario).client.requestMs,
      set: (scenario, requestMs) =>
        withLimits(scenario, { client: { ...limitsOf(scenario).client, requestMs } }),
    },
  ),
];
