import { drawCase, fuzzSeeds, shrink, violationOf } from '../fuzz/index.js';
import { faultedCluster } from '../planner/index.js';
import type { FuzzAnswer, FuzzTask } from './fuzz-tasks.js';

/** Entry of the threads that fuzz: each runs some seeds, or makes one failing case smaller, at a time. */
export default function fuzzTask(task: FuzzTask): FuzzAnswer {
  const open = faultedCluster;
  if (task.kind === 'seeds') return { kind: 'seeds', result: fuzzSeeds(task.from, task.to, open) };
  const { seed, violation, mostRuns } = task;
  const shrunk = shrink(
    drawCase(String(seed)),
    violation,
    (fuzzCase) => violationOf(fuzzCase, open, violation.checker),
    mostRuns,
  );
  return { kind: 'shrunk', ...shrunk };
}
