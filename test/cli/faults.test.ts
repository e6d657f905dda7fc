import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { loadScenario } from '../../src/scenario/index.js';
import type { DrillReport } from '../../src/world/result.js';
import { drill, lastLine } from '../fixtures/command.js';

const CALM = `cluster: { nodes: 2, replication: 2 }
databases: [{ name: d, tables: [{ name: t, buckets: 2, fileSize: 64 KiB }] }]
statement: BACKUP SNAPSHOT d.l TO example_repo
`;
const FAULTED = `${CALM}faults:
  - { node-crash: be-1 }
  - { node-crash: be-2 }
`;

test('a real run leaves faults out, and so does the prediction beside it; the report says so', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-faults-'));
  try {
    const file = path.join(directory, 'faulted.yaml');
    writeFileSync(file, FAULTED);
    const options = ['run', file, '--work-dir', path.join(directory, 'work'), '--json'];
    const { code, stdout, stderr } = await drill(options);
    t.is(code, 0, stderr);
    const { scenario, variants } = lastLine(stdout) as DrillReport;
    t.is(scenario.faultsLeftOut, 2);
    t.is(variants[0]!.faults, undefined);
    t.is(variants[0]!.predicted.job.state, 'FINISHED');
    // What was run is the scenario without faults, and it is named as that.
    t.is(scenario.digest, loadScenario(CALM, 'calm.yaml').digest);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('what docs/planning.md shows of a lost node is what is said of it', async (t) => {
  const [, shown] = /^```text\n(How long each takes\n[^`]*)^```$/m.exec(
    readFileSync('docs/planning.md', 'utf8'),
  )!;
  const { stdout } = await drill(['plan', 'scenarios/faults/node-lost.yaml', '--repetitions', '20']);
  t.true(stdout.includes(shown!), stdout);
});

test('a policy is planned with and without, and a single plan says what became of its faults', async (t) => {
  const plan = (...more: string[]) =>
    drill(['plan', 'scenarios/faults/node-lost.yaml', '--repetitions', '1', '--json', ...more]);
  const { stdout } = await plan('--sweep', 'engine.failover=true,false');
  const { variants } = lastLine(stdout) as DrillReport;
  t.deepEqual(
    variants.map(({ predicted }) => predicted.job.state),
    ['FINISHED', 'CANCELLED'],
  );
  t.deepEqual(variants[0]!.faults, ['be-2 dies at 5 s and stays away']);
  t.true(variants[0]!.predicted.incidents!.some(({ what, node }) => what === 'failover' && node === 'be-2'));
});
