import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { randomStream } from '../../src/base/random.js';
import type { ChaosScenario } from './chaos.js';
import { corruption } from './corruption.js';
import { corruptSource } from './corrupt-source.js';
import { nodesFull, repositoryFull } from './disk-full.js';

/** What is the same at every run. `npm run chaos` has the rest, and more rounds. */
const QUICK: readonly ChaosScenario[] = [repositoryFull, nodesFull, corruption, corruptSource];
const SEED = '1';

for (const { name, run } of QUICK) {
  test.serial(`${name}: nothing comes of it`, async (t) => {
    const root = mkdtempSync(path.join(tmpdir(), 'drill-chaos-'));
    const directory = path.join(root, 'run');
    mkdirSync(directory);
    try {
      const random = randomStream(SEED, `1/${name}`);
      const told = await run({ random, seed: SEED, directory, dataDirectory: path.join(root, 'data') });
      t.log(told.skipped === undefined ? told.facts : `SKIPPED: ${told.skipped}`);
      t.deepEqual(told.faults, []);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}
