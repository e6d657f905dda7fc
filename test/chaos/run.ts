import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream } from '../../src/base/random.js';
import type { Chaos, Told } from './chaos.js';
import { SCENARIOS } from './scenarios.js';

/*
 * Makes the real world bad to backups, in every way that is known here, and proves each time that nothing came of it:
 *
 *   npm run chaos -- [rounds, 1] [seed, 1] [part of a scenario's name]
 */

const rounds = Number(process.argv[2] ?? 1);
const seed = process.argv[3] ?? '1';
const wanted = process.argv[4] ?? '';

const root = mkdtempSync(path.join(tmpdir(), 'drill-chaos-'));
const dataDirectory = path.join(root, 'data');
let failed = 0;
let passed = 0;
const skipped = new Set<string>();

for (let round = 1; round <= rounds; round++) {
  const startMs = performance.now();
  let failedHere = 0;
  for (const { name, run } of SCENARIOS.filter((scenario) => scenario.name.includes(wanted))) {
    const directory = path.join(root, `${round}-${name.replaceAll(' ', '-')}`);
    mkdirSync(directory, { recursive: true });
    const random = randomStream(seed, `${round}/${name}`);
    const scenarioStartMs = performance.now();
    const told = await attempt(() => run({ random, seed, directory, dataDirectory }));
    const took = `${((performance.now() - scenarioStartMs) / 1000).toFixed(1)} s`;
    if (told.skipped !== undefined) {
      skipped.add(`${name}: ${told.skipped}`);
      console.log(`SKIPPED round ${round}: ${name}: ${told.skipped}`);
    } else if (told.faults.length > 0) {
      failedHere++;
      console.error(
        `FAILED round ${round}: ${name} (${told.facts}): ${told.faults.join('; ')}; see ${directory}`,
      );
    } else console.log(`  ${name}: ${told.facts} (${took})`);
    if (told.faults.length === 0) rmSync(directory, { recursive: true, force: true });
  }
  if (failedHere === 0) passed++;
  else failed++;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  console.log(
    `round ${round} of ${rounds}: ${failedHere === 0 ? 'passed' : `${failedHere} failed`} in ${seconds} s`,
  );
}

if (failed === 0) rmSync(root, { recursive: true, force: true });
for (const what of skipped) console.log(`SKIPPED ${what}`);
console.log(`${passed} rounds passed, ${failed} failed (seed ${seed})`);
// Handles of what was left half-way must not keep a finished suite from ending.
process.exit(failed === 0 ? 0 : 1);

/** A scenario that throws has found a fault as well. */
async function attempt(run: () => ReturnType<(chaos: Chaos) => Promise<Told>>): Promise<Told> {
  try {
    return await run();
  } catch (error) {
    return {
      facts: 'thrown',
      faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  }
}
