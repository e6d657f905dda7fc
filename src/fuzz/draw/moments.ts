import { faultedCluster } from '../../planner/index.js';
import { scenarioStatement, type Scenario } from '../../scenario/index.js';
import { DrillError } from '../../base/errors.js';

/** Enough of them, and not all of the many that a long run has. */
const MOST_MOMENTS = 200;
const HORIZON_MS = 60_000;

/**
 * When something of consequence happens in a run in which nothing goes wrong: the journal is written, a manifest, a task begins or
 * ends. Faults are aimed at these moments, since what a protocol gets wrong it gets wrong between two of its steps.
 */
export function momentsOf(scenario: Scenario): number[] {
  const moments = new Set<number>();
  const { faults: _, ...plain } = scenario;
  try {
    const cluster = faultedCluster(plain, {
      witness: ({ kind, atMs }) => {
        if (kind === 'journal' || kind === 'document' || (kind === 'task' && moments.size < MOST_MOMENTS))
          moments.add(atMs);
      },
    });
    cluster.run(scenarioStatement(scenario), HORIZON_MS);
  } catch (error) {
    // What is wrong with the engine is found when the case itself is run.
    if (!(error instanceof DrillError)) return [];
  }
  return [...moments].sort((a, b) => a - b);
}
