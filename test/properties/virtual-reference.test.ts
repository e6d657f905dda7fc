import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { Scenario } from '../../src/scenario/index.js';
import { arbitraryPricedScenario, withDefaultPrices } from '../reference/arbitrary-scenarios.js';
import { differences, hangsOnRounding, runBoth } from '../reference/compare.js';
import { rateChecks, type FlowRate } from '../reference/limits.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 200);

/** At most this share of scenarios may have no one right result (see `hangsOnRounding`); about one in a hundred has none. */
const MOST_AMBIGUOUS = 0.05;

function simulatorsAgree(
  t: ExecutionContext,
  numRuns: number,
  options: { readonly priced?: (scenario: Scenario) => Scenario; readonly withPuts?: boolean } = {},
): void {
  const { priced = (scenario) => scenario, withPuts = false } = options;
  let ambiguous = 0;
  fc.assert(
    fc.property(arbitraryPricedScenario(), (drawn) => {
      const scenario = priced(drawn);
      const both = runBoth(scenario, { withPuts });
      const problems = differences(both);
      if (problems.length === 0) return;
      if (hangsOnRounding(scenario, both)) ambiguous++;
      else t.deepEqual(problems, []);
    }),
    { numRuns },
  );
  t.true(ambiguous <= Math.max(5, numRuns * MOST_AMBIGUOUS), `${ambiguous} of ${numRuns} hang on rounding`);
}

test('the engine agrees with the naive reference: every state and total, all terms of the cost model', (t) => {
  simulatorsAgree(t, RUNS);
});

test('the engine agrees with the naive reference: without hosts, parts, clients, bursts and persisting', (t) => {
  simulatorsAgree(t, Math.ceil(RUNS / 4), { priced: withDefaultPrices });
});

test('the engine agrees with the naive reference: when each file is there', (t) => {
  simulatorsAgree(t, Math.ceil(RUNS / 4), { withPuts: true });
});

test('the reference exceeds no limit at any instant, and shares by max-min fairness', (t) => {
  fc.assert(
    fc.property(arbitraryPricedScenario(), (scenario) => {
      const { exceeded, unfair } = rateChecks(scenario);
      const problems: string[] = [];
      const onRates = (rates: readonly FlowRate[]): void => {
        problems.push(...exceeded(rates), ...unfair(rates));
      };
      runBoth(scenario, { onRates });
      t.deepEqual(problems, []);
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});
