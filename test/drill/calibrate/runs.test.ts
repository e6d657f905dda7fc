import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { QUICK } from '../../../src/drill/calibrate/effort.js';
import { openPlaces } from '../../../src/drill/calibrate/places.js';
import { runTrials } from '../../../src/drill/calibrate/runs.js';
import { SHAPES } from '../../../src/drill/calibrate/trials.js';

const EXPECTED = {
  fileProcessorMs: 1,
  fileWaitMs: 1,
  bytesPerSec: 1e9,
  totalBytesPerSec: 1e9,
  cores: 2,
};
const LITTLE = { ...QUICK, runs: 2, runMs: 1, runFiles: 20, repeatWithinMs: 60_000 };
const FEW = [SHAPES[2]!, SHAPES[5]!];

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

const filesIn = (directory: string): string[] =>
  namesIn(directory).length === 0
    ? []
    : readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));

// Whatever is written after the disk has settled, and before the job begins, is written while the job is measured.
test('each run waits for what was written before: its data is there by then, and nothing of the run itself', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-runs-'));
  const places = openPlaces({ workDirectory: directory });
  try {
    const events: string[] = [];
    const data = path.join(places.work, 'drill', 'data');
    let dataFiles: readonly string[] = [];
    const written: number[] = [];
    const runs = await runTrials({
      shapes: FEW,
      expected: EXPECTED,
      places: {
        ...places,
        async empty(name) {
          written.push(filesIn(path.join(places.work, 'repository', name)).length);
          await places.empty(name);
        },
      },
      effort: LITTLE,
      signal: new AbortController().signal,
      onStep(what) {
        if (events.length > 0) t.deepEqual(filesIn(data), dataFiles, 'a run has made data');
        events.push(what);
      },
      settle() {
        const name = `run-${events.length / 2 + 0.5}`;
        events.push('settled');
        dataFiles = filesIn(data);
        t.deepEqual(filesIn(path.join(places.work, 'repository', name)), [], name);
      },
    });
    t.deepEqual(
      events.map((what) => what.replace(/ of.*/, '')),
      [1, 2, 3, 4].flatMap((run) => [`run ${run}`, 'settled']),
    );
    // Both shapes have data of their own, which each of their two runs finds again.
    t.is(readdirSync(data).length, FEW.length);
    t.deepEqual(filesIn(data), dataFiles);
    for (const run of runs) {
      t.is(run.runs, 2);
      t.true(run.measuredMs > 0 && run.snapshotingMs > 0);
    }
    // The runs were where they were looked for, or the above says nothing.
    t.is(written.length, 4);
    for (const count of written) t.true(count > 0);
  } finally {
    await places.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
