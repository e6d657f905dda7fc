import test from 'ava';
import * as fc from 'fast-check';
import { runStatement, virtualCluster } from '../../src/planner/index.js';
import { scenarioStatement } from '../../src/scenario/index.js';
import { FLOW } from '../../src/world/virtual/flow-kind.js';
import type { FlowRate as EngineRate } from '../../src/world/virtual/flows.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';
import { rateChecks, type FlowRate } from '../reference/limits.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 60);

const NAMES = {
  [FLOW.hash]: 'hash',
  [FLOW.put]: 'put',
  [FLOW.putHash]: 'put-hash',
  [FLOW.processor]: 'processor',
  [FLOW.rehash]: 'rehash',
} as const;

const named = ({ node, kind, bytesPerMs }: EngineRate): FlowRate => ({ node, kind: NAMES[kind], bytesPerMs });

test('the engine exceeds no limit at any instant, shares by max-min fairness, and moves every byte once', (t) => {
  fc.assert(
    fc.property(arbitraryPricedScenario(), (scenario) => {
      const { exceeded, unfair } = rateChecks(scenario);
      const problems: string[] = [];
      const sentBytes = scenario.cluster.nodes.map(() => 0);
      const cluster = virtualCluster(scenario, {
        onRates(all, fromMs, toMs) {
          const rates = all.map(named);
          problems.push(...exceeded(rates), ...unfair(rates));
          for (const { node, kind, bytesPerMs } of rates)
            if (kind === 'put' || kind === 'put-hash') sentBytes[node]! += bytesPerMs * (toMs - fromMs);
        },
      });
      const { nodes } = runStatement(cluster, scenarioStatement(scenario));
      t.deepEqual(problems, []);
      for (const { name, sizeBytes } of nodes) {
        const sent = sentBytes[cluster.catalog.nodeNames.indexOf(name)]!;
        // Where nothing limits what is sent, it takes no time and no rate.
        if (sent > 0)
          t.true(Math.abs(sent - sizeBytes) <= 1e-6 * sizeBytes, `${name}: ${sent} of ${sizeBytes}`);
      }
    }),
    { numRuns: RUNS },
  );
});
