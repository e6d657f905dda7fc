import test from 'ava';
import * as fc from 'fast-check';
import { nodeHardware, type Scenario } from '../../src/scenario/index.js';
import { nodes, scenario } from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from './arbitrary-scenarios.js';
import { supplyOf, type FlowKind } from './demands.js';
import { progressiveFilling } from './filling.js';
import { rateChecks, type FlowRate } from './limits.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** Flows of a scenario at the rates that progressive filling gives them; all finite. */
function fairRates(spec: Scenario, drawn: readonly { node: number; kind: FlowKind }[]): FlowRate[] {
  const { limits } = spec.repository;
  const { capacities, demandOf } = supplyOf({ nodes: nodeHardware(spec), host: spec.cluster.host, limits });
  const flows = drawn.map(({ node, kind }) => ({ node: node % spec.cluster.nodes.length, kind }));
  const rates = progressiveFilling(
    capacities,
    flows.map(({ node, kind }) => demandOf(node, kind)),
  );
  return flows
    .map((flow, i) => ({ ...flow, bytesPerMs: rates[i]! }))
    .filter(({ bytesPerMs }) => bytesPerMs < Infinity);
}

const arbitraryFlows = fc.array(
  fc.record({
    node: fc.nat({ max: 5 }),
    kind: fc.constantFrom<FlowKind>('hash', 'put', 'put-hash', 'processor', 'rehash'),
  }),
  { minLength: 1, maxLength: 30 },
);

test('progressive filling exceeds nothing and is fair', (t) => {
  fc.assert(
    fc.property(arbitraryPricedScenario(), arbitraryFlows, (spec, drawn) => {
      const { exceeded, unfair } = rateChecks(spec);
      const rates = fairRates(spec, drawn);
      t.deepEqual([...exceeded(rates), ...unfair(rates)], []);
    }),
    { numRuns: RUNS },
  );
});

test('one rate that is a hundredth more or less than fair is found', (t) => {
  fc.assert(
    fc.property(
      arbitraryPricedScenario(),
      arbitraryFlows,
      fc.nat(),
      fc.constantFrom(0.99, 1.01),
      (spec, drawn, which, factor) => {
        const { exceeded, unfair } = rateChecks(spec);
        const rates = fairRates(spec, drawn);
        if (rates.length === 0) return;
        const wrong = rates.map((flow, i) =>
          i === which % rates.length ? { ...flow, bytesPerMs: flow.bytesPerMs * factor } : flow,
        );
        t.true(factor > 1 ? exceeded(wrong).length > 0 : unfair(wrong).length > 0);
      },
    ),
    { numRuns: RUNS },
  );
});

test('what is exceeded or unfair is named', (t) => {
  const { exceeded, unfair } = rateChecks(scenario({ cluster: nodes(2) }));
  const puts = (...rates: readonly number[]): FlowRate[] =>
    rates.map((bytesPerMs, i) => ({ node: i % 2, kind: 'put', bytesPerMs }));
  t.deepEqual(exceeded(puts(100_000, 100_000)), []);
  t.deepEqual(exceeded(puts(110_000, 90_000)), ['card of node 0: 110000 of 100000']);
  t.deepEqual(exceeded(puts(100_000, 100_000, 1)).length, 2);
  t.deepEqual(unfair(puts(100_000, 90_000)), ['put of node 1 at 90000: has no bottleneck']);
  t.deepEqual(unfair(puts(60_000, 100_000, 40_000)), ['put of node 0 at 40000: has no bottleneck']);
});
