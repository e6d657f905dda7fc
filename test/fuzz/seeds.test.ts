import test from 'ava';
import { drawCase, fuzzSeeds, runCase } from '../../src/fuzz/index.js';
import { faultedCluster } from '../../src/planner/index.js';

/** DRILL_FUZZ_SEEDS raises it for a deeper search; `drill fuzz` is for one that is deeper still. */
const SEEDS = Number(process.env['DRILL_FUZZ_SEEDS'] ?? 300);

test('no case breaks an invariant', (t) => {
  const { failures, tally } = fuzzSeeds(1, SEEDS, faultedCluster);
  t.deepEqual(failures, []);
  t.is(tally.runs, SEEDS);
  t.true(tally.jobs > SEEDS);
  t.true(tally.replays > 0);
  t.true((tally.states['BACKUP CANCELLED'] ?? 0) > SEEDS / 20, 'faults hardly ever matter');
  t.true((tally.states['RESTORE FINISHED'] ?? 0) > SEEDS / 4, 'hardly anything is restored');
});

test('a case gives the same trace whenever it is run, whatever was run before', (t) => {
  for (let seed = 1; seed <= 30; seed++) {
    const run = (): unknown => runCase(drawCase(String(seed)), { open: faultedCluster, hash: true }).hash;
    const first = run();
    runCase(drawCase(String(seed + 1000)), { open: faultedCluster, hash: false });
    t.deepEqual(run(), first, `seed ${seed}`);
  }
});
