import test from 'ava';
import type { JobContext } from '../../../src/coordinator/index.js';
import type { NodeTask } from '../../../src/node/index.js';
import { Activities } from '../../../src/world/virtual/activities.js';
import { ActivityLimits } from '../../../src/world/virtual/activity-limits.js';
import { Clock } from '../../../src/world/virtual/clock.js';
import { Running } from '../../../src/world/virtual/running.js';

const JOB = 1;

function limitsOf(): {
  readonly limits: ActivityLimits;
  readonly activities: Activities;
  readonly admit: () => number;
} {
  const activities = new Activities();
  const limits = new ActivityLimits({
    activities,
    clock: new Clock(),
    ledger: undefined,
    wakeAt: () => undefined,
  });
  const task = { jobId: JOB, node: 0 } as NodeTask;
  const admit = (): number => activities.admit(new Running(task, {} as JobContext, () => undefined));
  return { limits, activities, admit };
}

test('what was on its way before its job had limits counts as long as it is, and no longer', (t) => {
  const { limits, activities, admit } = limitsOf();
  const [over, going, next, last] = [admit(), admit(), admit(), admit()];
  for (const slot of [over, going]) activities.setTransferring(slot, true);
  limits.leave(over);
  limits.change(JOB, { job: { transfers: 2 }, node: {} });
  const inside: number[] = [];
  for (const slot of [next, last]) limits.enter(slot, () => void inside.push(slot));
  t.deepEqual(inside, [next]);
  limits.leave(going);
  t.deepEqual(inside, [next, last]);
});
