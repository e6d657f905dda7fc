import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { shardFileName } from '../../../src/catalog/index.js';
import type { EngineSettings } from '../../../src/job/index.js';
import { partPath, shardDirectory } from '../../../src/repository/index.js';
import { randomStream } from '../../../src/base/random.js';
import { parseStatement } from '../../../src/sql/index.js';
import { proofOf, residueOf } from '../../chaos/proof.js';
import { BACKUP, backUp, LABEL, makeSite, REPOSITORY, withCluster, type Site } from '../../chaos/site.js';

const NEVER = new AbortController().signal;
const nothing = (): void => undefined;

/** A site, and a directory in the way of a file of its repository: the file system refuses to write it while it is there. */
async function setUp(
  t: ExecutionContext,
  changes: Partial<EngineSettings>,
): Promise<{ readonly site: Site; readonly obstacle: string; readonly directory: string }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-retries-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const repository = path.join(directory, 'repository');
  const site = await makeSite(
    { directory, dataDirectory: path.join(directory, 'data'), seed: '1', random: randomStream('1', t.title) },
    {
      storage: { kind: 'local', directory: repository, durable: false },
      fileBytes: 1000,
      buckets: 2,
      changes: { maxTaskAttempts: 1, ...changes },
    },
  );
  const address = site.catalog.addressOf(1);
  const part = partPath(shardFileName(address.shardId, address.version, 1));
  const obstacle = path.join(repository, shardDirectory(REPOSITORY, LABEL, address), part);
  mkdirSync(obstacle, { recursive: true });
  return { site, obstacle, directory };
}

test('a request that fails in passing is made again, and the task goes on where it was', async (t) => {
  const { site, obstacle, directory } = await setUp(t, { requestRetries: 100, retryDelayMs: 10 });
  const end = await withCluster(site, async (cluster) => {
    const backup = backUp(cluster);
    await sleep(200);
    rmdirSync(obstacle);
    return backup;
  });
  t.is(end.state, 'FINISHED', end.error?.message);
  t.deepEqual(await proofOf(site, path.join(directory, 'proof')), []);
});

test('what fails for good is the failure of the task when its retries are used up', async (t) => {
  const { site } = await setUp(t, { requestRetries: 2, retryDelayMs: 1 });
  const end = await withCluster(site, backUp);
  t.is(end.state, 'CANCELLED');
  t.is(end.error?.code, 'STORAGE_FAILED');
  t.regex(end.error!.message, /\.part/);
  t.deepEqual(residueOf(site), []);
});

test('a job that is cancelled does not wait for its retries', async (t) => {
  // A hundred waits of up to ten seconds: longer than any test may take.
  const { site } = await setUp(t, { requestRetries: 100, retryDelayMs: 10_000 });
  const state = await withCluster(site, async (cluster) => {
    const reply = await cluster.execute(parseStatement(BACKUP), {});
    const { jobId } = reply as Extract<typeof reply, { kind: 'accepted' }>;
    while (cluster.world.progress.files === 0) await sleep(5);
    await cluster.execute(parseStatement('CANCEL BACKUP FROM example_db'), {});
    return (await cluster.waitFor(jobId, { signal: NEVER, onProgress: nothing })).state;
  });
  t.is(state, 'CANCELLED');
  t.deepEqual(residueOf(site), []);
});
