import { fuzzSeeds } from '../../src/fuzz/index.js';
import { faultedCluster } from '../../src/planner/index.js';

/** Runs seeds from 1 on until one fails, or all have passed; tells what was found as one line of JSON. */
const most = Number(process.argv[2] ?? 20_000);
for (let seed = 1; seed <= most; seed++) {
  const [failure] = fuzzSeeds(seed, seed, faultedCluster).failures;
  if (!failure) continue;
  const { checker, message } = failure.violations[0]!;
  console.log(JSON.stringify({ seed, checker, message }));
  process.exit(0);
}
console.log(JSON.stringify({ seed: null, seeds: most }));
