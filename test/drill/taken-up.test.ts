import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runDrill, type DrillOptions } from '../../src/drill/index.js';
import { loadScenario } from '../../src/scenario/index.js';
import type { VariantReport } from '../../src/world/result.js';
import { nothing } from '../fixtures/real-drill.js';

const SCENARIO = `
name: taken-up
cluster: { nodes: 1, replication: 1 }
repository: { name: repo }
databases:
  - name: db
    tables: [{ name: t, buckets: 1, filesPerShard: 1, fileSize: 1 KiB }]
statement: BACKUP SNAPSHOT db.only TO repo
`;

function directoryFor(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-taken-up-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function run(dataDirectory: string, changes: Partial<DrillOptions> = {}): Promise<VariantReport> {
  const report = await runDrill(loadScenario(SCENARIO, 'taken-up.yaml'), {
    workDirectory: dataDirectory,
    dataDirectory,
    prove: false,
    command: 'test',
    signal: new AbortController().signal,
    listener: { onPhase: nothing, onProgress: nothing },
    ...changes,
  });
  return report.variants[0]!;
}

test('a run that has finished is told again, while its snapshot is there', async (t) => {
  const directory = directoryFor(t);
  const first = await run(directory);
  t.is(first.measured?.job.state, 'FINISHED');
  const again = await run(directory, { prove: true });
  t.like(again.measured?.job, { id: first.measured!.job.id, state: 'FINISHED' });
  t.deepEqual(again.restore?.problems, []);
  t.true(again.restore!.comparedFiles > 0);
});

test('a run is not told to have finished where the repository does not hold its snapshot', async (t) => {
  const directory = directoryFor(t);
  await run(directory);
  const refusal = { code: 'SNAPSHOT_UNKNOWN', message: /repository repo does not hold its snapshot only$/ };
  for (const prove of [false, true]) {
    rmSync(path.join(directory, 'repository'), { recursive: true });
    await t.throwsAsync(run(directory, { prove }), refusal);
  }
});

test('a cluster without its journal, and a journal without its cluster, are refused', async (t) => {
  for (const [gone, message] of [
    ['journal', /has a cluster, and the journal that belongs to it is gone/],
    ['cluster', /has a journal, and the cluster that belongs to it is gone/],
  ] as const) {
    const directory = directoryFor(t);
    await run(directory);
    rmSync(path.join(directory, gone), { recursive: true });
    await t.throwsAsync(run(directory), { code: 'JOURNAL_CORRUPT', message });
  }
});

test('a data directory whose repository was elsewhere is refused, and left as it was', async (t) => {
  const directory = directoryFor(t);
  const [first, second] = [directoryFor(t), directoryFor(t)];
  await run(directory, { repositoryDirectory: first });
  await t.throwsAsync(run(directory, { repositoryDirectory: second }), {
    code: 'JOURNAL_FOREIGN',
    message: /was at .* when this journal was written/,
  });
  t.is((await run(directory, { repositoryDirectory: first })).measured?.job.state, 'FINISHED');
});

test('interrupted as soon as it was taken up, a run cancels its job and does not start another', async (t) => {
  const directory = directoryFor(t);
  const dies = new Error('the process died');
  const onProgress = ({ phase }: { phase: string }): void => {
    if (phase === 'backup') throw dies;
  };
  await t.throwsAsync(run(directory, { listener: { onPhase: nothing, onProgress } }), { is: dies });
  const controller = new AbortController();
  const interrupted = await run(directory, {
    signal: controller.signal,
    listener: { onPhase: (phase) => phase === 'backup' && controller.abort(), onProgress: nothing },
  });
  t.like(interrupted.measured?.job, { id: 20_001, state: 'CANCELLED', error: { code: 'INTERRUPTED' } });
  t.like((await run(directory)).measured?.job, { id: 20_002, state: 'FINISHED' });
});
