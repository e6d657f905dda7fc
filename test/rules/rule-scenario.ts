import { fixed } from '../../src/base/distribution.js';
import type { Scenario, TableSpec } from '../../src/scenario/index.js';
import { engine, LIMITS, nodes, olapTable, scenario } from '../fixtures/scenarios.js';
import type { RuleOptions } from './rule-world.js';

const without = (name: string, type: 'VIEW' | 'MYSQL'): TableSpec => ({
  ...olapTable(name, { partitions: 0 }),
  type,
  ...(type === 'VIEW' ? { definition: 'SELECT day FROM orders' } : {}),
});

/**
 * The cluster of all rules: two nodes; a database `shop` with a table of two partitions, a rollup and two copies, a small
 * table, a view and a table that cannot be backed up; and a database `other`. Every state lasts a tick, so that it can be
 * seen.
 */
export function ruleScenario({ engine: changes, storage = 'local' }: RuleOptions): Scenario {
  const sizeBytes = fixed(1000);
  return scenario({
    cluster: nodes(2),
    repository: {
      ...scenario().repository,
      limits: { ...LIMITS, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0) },
      type: storage,
    },
    engine: engine('tuned', { tickMs: 5, uploadWorkers: 1, downloadWorkers: 1, ...changes }),
    databases: [
      {
        name: 'shop',
        tables: [
          olapTable('orders', { partitions: 2, buckets: 2, files: 1, rollups: 1, replication: 2, sizeBytes }),
          olapTable('customers', { partitions: 1, buckets: 1, files: 1, sizeBytes }),
          without('daily', 'VIEW'),
          without('legacy', 'MYSQL'),
        ],
      },
      {
        name: 'other',
        tables: [olapTable('notes', { partitions: 1, buckets: 1, files: 1, sizeBytes })],
      },
    ],
  });
}
