import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { drill, expectedFiles, filesBelow, nothing, realScenarios } from '../fixtures/real-drill.js';

/** Real threads start and stop in each run, so there are few of them; DRILL_REAL_RUNS raises it. */
const RUNS = Number(process.env['DRILL_REAL_RUNS'] ?? 6);

test.serial(
  'in the real world: exactly the selected files, whole and listed, and restored byte by byte',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(realScenarios(), async ({ scenario, selected }) => {
        const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-'));
        try {
          const { measured, predicted, restore } = await drill(scenario, workDirectory);
          t.is(measured?.job.state, 'FINISHED', measured?.job.error?.message);
          const snapshot = path.join(
            workDirectory,
            'runs/test/run/repository/__palo_repository_example_repo/__ss_label1',
          );
          const content = path.join(snapshot, '__ss_content');
          const stored = filesBelow(content);
          t.deepEqual(
            stored
              .map((name) =>
                name
                  .split('/')
                  .slice(-2)
                  .join('/')
                  .replace(/\.[0-9a-f]{32}$/, ''),
              )
              .sort(),
            expectedFiles(scenario, selected),
          );
          for (const name of stored) {
            const md5 = createHash('md5')
              .update(readFileSync(path.join(content, name)))
              .digest('hex');
            t.true(name.endsWith(`.${md5}`));
          }
          t.is(readdirSync(snapshot).filter((name) => name.startsWith('__info_')).length, 1);
          t.deepEqual(restore?.problems, []);
          t.deepEqual(restore?.differences, []);
          t.is(restore?.comparedFiles, stored.length);
          t.is(measured?.totals.requests, predicted.totals.requests);
          t.is(measured?.totals.movedFiles, predicted.totals.movedFiles);
        } finally {
          rmSync(workDirectory, { recursive: true });
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
);

test.serial(
  'a run that is interrupted leaves no job, no snapshot and no cluster behind, and the next one is fine',
  async (t) => {
    const whole = realScenarios().filter(({ selected }) => selected.kind === 'all');
    const { scenario } = fc.sample(whole, { seed: 7, numRuns: 1 })[0]!;
    const slow = {
      ...scenario,
      repository: {
        ...scenario.repository,
        limits: { ...scenario.repository.limits, latencyMs: { kind: 'fixed' as const, value: 200 } },
      },
    };
    const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-'));
    try {
      const controller = new AbortController();
      const interruptedRun = drill(slow, workDirectory, {
        signal: controller.signal,
        listener: { onPhase: nothing, onProgress: ({ phase }) => phase === 'backup' && controller.abort() },
      });
      const { measured, restore } = await interruptedRun;
      t.is(measured?.job.state, 'CANCELLED');
      t.is(measured?.job.error?.code, 'INTERRUPTED');
      t.is(restore, undefined);
      t.false(existsSync(path.join(workDirectory, 'runs/test/run/cluster')));
      const left = filesBelow(path.join(workDirectory, 'runs'));
      t.false(left.some((name) => name.endsWith('.part') || name.includes('__info_')));
      const again = await drill(scenario, workDirectory);
      t.is(again.measured?.job.state, 'FINISHED');
      t.deepEqual(again.restore?.differences, []);
    } finally {
      rmSync(workDirectory, { recursive: true });
    }
  },
);
