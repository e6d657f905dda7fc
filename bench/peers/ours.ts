import { runStatement, virtualCluster } from '../../src/planner/index.js';
import { scenarioStatement } from '../../src/scenario/index.js';
import { VERSION } from '../../src/base/version.js';
import { scenarioOf, type PeerCase } from './models.js';
import type { Measurement } from './simulators.js';

/** Our own virtual world as a simulator like the peers: a process that is given a case, and prints one line of JSON. */

/** Runs before the one that counts: until then much of the time is compiling, which the peers have behind them. */
const WARM_UP_RUNS = 3;

const peerCase = JSON.parse(process.argv[2]!) as PeerCase;
const warmUps = Array.from({ length: WARM_UP_RUNS }, () => measure(peerCase));
console.log(JSON.stringify({ ...measure(peerCase), firstRunSec: warmUps[0]!.runSec }));

/** `simulate` in its two halves: drawing the catalog from the seed and building the world, then all the rest. */
function measure(of: PeerCase): Measurement {
  const scenario = scenarioOf(of);
  const began = performance.now();
  const cluster = virtualCluster(scenario);
  const setUp = performance.now();
  const setUpCpu = process.cpuUsage();
  const result = runStatement(cluster, scenarioStatement(scenario));
  const ended = performance.now();
  const cpu = process.cpuUsage(setUpCpu);
  if (result.job.state !== 'FINISHED') throw new Error(`the job failed: ${result.job.error?.message}`);
  // What comes before and after (snapshots, the manifest) is none of the peers' business; here it takes no time.
  const uploading = result.states.find(({ state }) => state === 'UPLOADING');
  return {
    simulatedSec: uploading!.durationMs / 1000,
    setUpSec: (setUp - began) / 1000,
    runSec: (ended - setUp) / 1000,
    cpuSec: (cpu.user + cpu.system) / 1e6,
    version: VERSION,
  };
}
