import { plan, summarise } from '../src/planner/index.js';
import { loadScenario } from '../src/scenario/index.js';
import type { Suite } from './suite.js';

const scenario = (shards: number): string => `
cluster: { nodes: 10, replication: 3 }
repository: { type: s3, bandwidth: 1 Gbit/s, latency: 20 ms }
databases:
  - name: db
    tables: [{ name: t, buckets: ${shards}, filesPerShard: 3, fileSize: { lognormal: { median: 1 MiB, sigma: 1 } } }]
engine: { preset: tuned }
statement: BACKUP SNAPSHOT db.planned TO example_repo
`;

const FILES_PER_SHARD = 4;

export const plannerSuite: Suite = {
  name: 'planner',
  hypothesis: 'asking where the time went makes a run less than half as long again, whatever its size',
  cases: ({ isGate }) =>
    // The gate has the virtual world itself, which is most of it.
    (isGate ? [] : [400, 4000]).flatMap((shards) => {
      const loaded = loadScenario(scenario(shards), 'planned.yaml');
      const [variant] = loaded.variants;
      const files = shards * FILES_PER_SHARD;
      const sizes = { amount: files, unit: 'files/s' };
      return [
        { name: `plan of ${files} files`, run: () => void plan(loaded, 'bench'), ...sizes },
        {
          name: `repetition of ${files} files, with causes`,
          run: () => void summarise(variant!.scenario),
          ...sizes,
        },
      ];
    }),
};
