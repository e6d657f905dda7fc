import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { faultsOf, runDrillProcess } from './drill-process.js';

/** Every state that lasts, in the order in which a run goes through them. With a tick, each lasts long enough to be seen. */
const STATES: readonly (readonly [phase: 'backup' | 'restore', state: string])[] = [
  ['backup', 'PENDING'],
  ['backup', 'SNAPSHOTING'],
  ['backup', 'UPLOAD_SNAPSHOT'],
  ['backup', 'UPLOADING'],
  ['backup', 'SAVE_META'],
  ['backup', 'UPLOAD_INFO'],
  ['restore', 'PENDING'],
  ['restore', 'DOWNLOAD'],
  ['restore', 'DOWNLOADING'],
  ['restore', 'COMMIT'],
  ['restore', 'COMMITTING'],
];

test('killed with -9 in every state, one after the other, a run ends right and leaves nothing behind', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-kill-'));
  try {
    for (const [phase, state] of STATES) {
      const killAt = (line: { phase?: string; state?: string }): boolean =>
        line.phase === phase && line.state === state;
      const { killed, code, stderr } = await runDrillProcess('test/crash/ticking.yaml', directory, {
        killAt,
      });
      t.true(killed, `${phase} ${state}: it ended with ${code} before it could be killed; ${stderr}`);
    }
    const run = await runDrillProcess('test/crash/ticking.yaml', directory);
    t.deepEqual(faultsOf(run, directory), []);
    const [{ measured, restore }] = run.report!.variants as [
      NonNullable<typeof run.report>['variants'][number],
    ];
    t.is(measured!.job.restarts, 6);
    t.is(restore!.run.job.restarts, 5);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
