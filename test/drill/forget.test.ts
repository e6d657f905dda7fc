import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { queryObjects } from 'node:v8';
import test from 'ava';
import { startBackupCluster } from '../../src/drill/bench/backup-cluster.js';
import { loadScenario } from '../../src/scenario/index.js';
import { LimitCells } from '../../src/world/real/limits/limit-cells.js';
import { Recorder } from '../../src/world/recorder.js';

const YAML = `
cluster: { nodes: 2, replication: 1 }
repository: { durable: false }
databases: [{ name: db, tables: [{ name: t, buckets: 2, filesPerShard: 1, fileSize: 1 KiB }] }]
engine: { preset: tuned, uploadWorkers: 1, limits: { requests: 1000/s } }
statement: BACKUP SNAPSHOT db.again TO example_repo
`;

/** As many as a coordinator remembers of a database, and some more. */
const JOBS = 14;
const REMEMBERED = 10;

test('a cluster that runs for long keeps nothing of what its jobs might do, and who watched them as long as they are remembered', async (t) => {
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-forget-'));
  const { scenario } = loadScenario(YAML, 'forget.yaml').variants[0]!;
  const up = await startBackupCluster(scenario, { workDirectory, signal: new AbortController().signal });
  t.teardown(async () => {
    await up.close();
    rmSync(workDirectory, { recursive: true, force: true });
  });
  for (let i = 0; i < JOBS; i++) {
    await up.backUp();
    await up.forget();
  }
  t.is(queryObjects(LimitCells, { format: 'count' }), 0);
  t.true(queryObjects(Recorder, { format: 'count' }) <= REMEMBERED + 1);
  t.is((Reflect.get(up.cluster.world, 'inFlight') as Map<string, unknown>).size, 0);
});
