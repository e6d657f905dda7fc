import { DrillError, serialize } from '../base/errors.js';
import { memoryJournal, type Journal, type Outcome, type Reply } from '../coordinator/index.js';
import {
  virtualCluster,
  type Fate,
  type FaultedCluster,
  type FaultedClusterOptions,
} from '../planner/index.js';
import type { Scenario } from '../scenario/index.js';
import type { Statement } from '../sql/index.js';

/** A cluster in which nothing fails, behind the interface of one in which something may. */
export function plainCluster(scenario: Scenario, options: FaultedClusterOptions = {}): FaultedCluster {
  const inner = memoryJournal();
  const { witness, ...rest } = options;
  let now = (): number => 0;
  const journal: Journal = {
    read: () => inner.read(),
    write(changes) {
      inner.write(changes);
      witness?.({ kind: 'journal', atMs: now(), changes });
    },
  };
  const cluster = virtualCluster(scenario, { ...rest, journal });
  const { world, coordinator } = cluster;
  now = () => world.now();
  return {
    ...cluster,
    deaths: 0,
    run(statement: Statement): Fate {
      let answer: Outcome<Reply> | undefined;
      coordinator.execute(statement, {}, (outcome) => (answer = outcome));
      world.run(() => answer !== undefined);
      if (!answer) return { kind: 'stuck', jobId: undefined };
      if (!answer.ok) return { kind: 'refused', error: answer.error };
      if (answer.value.kind !== 'accepted')
        return { kind: 'refused', error: serialize(new DrillError('INTERNAL', 'no job')) };
      const { jobId } = answer.value;
      if (!world.run(() => coordinator.isSettled(jobId))) return { kind: 'stuck', jobId };
      const { state } = coordinator.job(jobId)!;
      return { kind: 'ended', jobId, state: state as 'FINISHED' | 'CANCELLED' };
    },
    calm: () => undefined,
    settle: () => void world.run(() => false),
  };
}
