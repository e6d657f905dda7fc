import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream } from '../../src/base/random.js';
import { faultsOf, runDrillProcess } from './drill-process.js';

/*
 * Kills runs with -9 at random moments, has each taken up again (and killed again) until it comes to its end, and checks
 * that it ended right:
 *
 *   npm run kill-loop -- [runs, 200] [seed, 1]
 */

const SCENARIO = 'test/crash/quick.yaml';
/** About as long as a run takes. */
const LONGEST_MS = 2500;
const MOST_KILLS = 3;

const runs = Number(process.argv[2] ?? 200);
const seed = process.argv[3] ?? '1';
const random = randomStream(seed, 'kill-loop');

let failed = 0;
let kills = 0;
for (let i = 1; i <= runs; i++) {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-kill-'));
  const told: string[] = [];
  for (let kill = 0; kill < MOST_KILLS; kill++) {
    const killAfterMs = Math.round(random() * LONGEST_MS);
    const { killed } = await runDrillProcess(SCENARIO, directory, { killAfterMs });
    told.push(`${killAfterMs} ms${killed ? '' : ' (ended before)'}`);
    if (killed) kills++;
  }
  const faults = faultsOf(await runDrillProcess(SCENARIO, directory), directory);
  if (faults.length > 0) {
    failed++;
    console.error(`run ${i}, killed after ${told.join(', ')}: ${faults.join('; ')}; see ${directory}`);
  } else rmSync(directory, { recursive: true, force: true });
  if (i % 10 === 0) console.log(`${i} of ${runs} runs, ${kills} kills, ${failed} failed`);
}
console.log(`${runs - failed} passed, ${failed} failed (${kills} kills, seed ${seed})`);
process.exitCode = failed === 0 ? 0 : 1;
