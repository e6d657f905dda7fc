import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { mostPerSec, sampled } from '../../bench/limits/sampled.js';
import { startBackupCluster, type BackupCluster } from '../../src/drill/bench/backup-cluster.js';
import { loadScenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';

/*
 * For real, and only what holds however slow the machine is: limits from above. How near they come from below is measured by
 * `npm run bench:limits`.
 */

const THREADS = 4;

const yaml = (limits: string, fileBytes: number): string => `
cluster: { nodes: 2, replication: 1, hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 } }
repository: { latency: 0 ms, durable: false }
databases: [{ name: db, tables: [{ name: t, buckets: 30, filesPerShard: 1, fileSize: ${fileBytes} B }] }]
engine: { preset: tuned, uploadWorkers: ${THREADS / 2}, limits: { ${limits} } }
statement: BACKUP SNAPSHOT db.limited TO example_repo
`;

async function start(t: ExecutionContext, limits: string, fileBytes: number): Promise<BackupCluster> {
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-limits-'));
  const { scenario } = loadScenario(yaml(limits, fileBytes), 'limits.yaml').variants[0]!;
  const up = await startBackupCluster(scenario, { workDirectory, signal: new AbortController().signal });
  t.teardown(async () => {
    await up.close();
    rmSync(workDirectory, { recursive: true, force: true });
  });
  return up;
}

/** A thread that is stopped between taking and using may use a grant, 8 ms worth, at another time. */
const MOST = 1.05 + THREADS * 0.008;

test('no second of a backup has more bytes than its job may send', async (t) => {
  const { samples, uploadMs, sizeBytes } = await sampled(await start(t, 'bytes: 2 MB/s', 100_000));
  t.true(mostPerSec(samples, 'bytes') <= 2e6 * MOST);
  t.true(uploadMs >= (sizeBytes / 2e6) * 1000 - 50, `${uploadMs}`);
});

test('nor more requests, on all nodes together', async (t) => {
  const up = await start(t, 'requests: 60/s, perNode: { requests: 40/s, concurrency: 1 }', 1000);
  const { samples } = await sampled(up);
  // Of each shard a header and a segment file, which are put and renamed.
  t.is(samples.at(-1)!.requests, 120);
  t.true(mostPerSec(samples, 'requests') <= 60 * 1.05 + THREADS);
});

test('a limit that is taken away while a backup runs holds nobody back any more', async (t) => {
  const up = await start(t, 'bytes: 1 kB/s, concurrency: 1', 100_000);
  const statement =
    'ALTER BACKUP FROM db PROPERTIES ("bytes_per_second" = "unlimited", "max_concurrency" = "-1")';
  const act = () => up.cluster.execute(parseStatement(statement), {});
  // At a kilobyte a second it would take 50 minutes, which is longer than a test may.
  const { sizeBytes } = await sampled(up, { afterMs: 300, act });
  t.true(sizeBytes > 3e6);
});
