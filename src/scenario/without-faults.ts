import { scenarioDigest } from './digest.js';
import type { LoadedScenario, Scenario } from './scenario.js';

/** The same scenario, with nothing that goes wrong: what a real run makes of it. */
export function withoutFaults(loaded: LoadedScenario): LoadedScenario {
  if (loaded.variants.every(({ scenario }) => scenario.faults === undefined)) return loaded;
  const variants = loaded.variants.map(({ name, scenario }) => ({ name, scenario: calm(scenario) }));
  return { ...loaded, variants, digest: scenarioDigest(variants.map(({ scenario }) => scenario)) };
}

function calm(scenario: Scenario): Scenario {
  const { faults: _faults, ...rest } = scenario;
  return rest;
}
