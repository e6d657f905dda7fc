import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { runStatement, virtualCluster } from '../../src/planner/index.js';
import {
  generateCatalog,
  generateTargetCatalog,
  scenarioStatement,
  type Scenario,
} from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { drill, filesBelow, realScenarios } from '../fixtures/real-drill.js';
import type { BundledFileCost } from '../../src/world/hardware.js';
import {
  arbitraryScenario,
  engine as engineOf,
  nodes,
  olapTable,
  scenario as plainScenario,
} from '../fixtures/scenarios.js';
import { contentPaths, installedContents, sourceContents } from '../fixtures/virtual-checks.js';
import { startS3Server } from '../s3-server/server.js';

const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);
const REAL_RUNS = Number(process.env['DRILL_REAL_RUNS'] ?? 4);
const MAX_BYTES = 8 * 2 ** 20;

const bundling = (scenario: Scenario, bundleBelowBytes: number): Scenario => ({
  ...scenario,
  repository: {
    ...scenario.repository,
    storage: { ...scenario.repository.storage, bundleBelowBytes },
  },
});

/** What the repository should hold of a shard, by a plain loop over its files: names without checksums. */
function expectedNames(scenario: Scenario, belowBytes: number, shardId: number): string[] {
  const { shards } = generateCatalog(scenario);
  const shard = shards.ordinalOf(shardId);
  const first = shards.firstFile[shard]!;
  const names: string[] = [];
  let open: { first: number; files: number; bytes: number } | undefined;
  const nameOf = (file: number): string =>
    file === 0 ? `${shardId}.hdr` : `0200000000000002_${file - 1}.dat`;
  const close = (): void => {
    if (open) names.push(open.files > 1 ? `__bundle_${open.first}` : nameOf(open.first));
    open = undefined;
  };
  for (let file = 0; file < shards.fileCount(shard); file++) {
    const bytes = shards.fileSizeBytes[first + file]!;
    if (bytes >= belowBytes) {
      close();
      names.push(nameOf(file));
      continue;
    }
    if (open && open.bytes + bytes > MAX_BYTES) close();
    open ??= { first: file, files: 0, bytes: 0 };
    open.files++;
    open.bytes += bytes;
  }
  close();
  return names.sort();
}

/** The names that a repository holds, by shard. */
function namesByShard(paths: readonly string[]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const each of paths) {
    const [shard, name] = each.split('/').slice(-2) as [string, string];
    const id = Number(shard.slice(2));
    found.set(id, [...(found.get(id) ?? []), name.replace(/\.[0-9a-f]{32}$/, '')].sort());
  }
  return found;
}

const belowBytes = fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.integer({ min: 1, max: MAX_BYTES }));

test('in virtual time: the repository holds the bundles that sizes ask for, and they are restored', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), belowBytes, ({ scenario: plain, selected }, below) => {
      const scenario = bundling(plain, below);
      const cluster = virtualCluster(scenario);
      t.is(runStatement(cluster, scenarioStatement(scenario)).job.state, 'FINISHED');
      for (const [shardId, names] of namesByShard(contentPaths(cluster)))
        t.deepEqual(names, expectedNames(scenario, below, shardId));
      const target = virtualCluster(scenario, {
        catalog: generateTargetCatalog(scenario),
        storages: cluster.storages,
      });
      const restore = parseStatement(
        `RESTORE SNAPSHOT example_db.label1 FROM example_repo PROPERTIES ("replication_num" = "${scenario.restore.replication}")`,
      );
      t.is(runStatement(target, restore).job.state, 'FINISHED');
      t.deepEqual(installedContents(target), sourceContents(cluster.catalog, selected));
      t.true(target.world.nodes.isClean && cluster.world.nodes.isClean);
    }),
    { numRuns: RUNS },
  );
});

test('bundles never make a backup slower where nothing but requests and bytes takes time', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), belowBytes, ({ scenario: plain }, below) => {
      // One worker, and no order of tasks that sizes could change.
      const scenario = { ...plain, engine: { ...plain.engine, uploadWorkers: 1 } };
      const requests = (each: Scenario): number =>
        runStatement(virtualCluster(each), scenarioStatement(each)).totals.requests;
      t.true(requests(bundling(scenario, below)) <= requests(scenario));
    }),
    { numRuns: RUNS },
  );
});

const STATE_OF = { backup: 'UPLOADING', restore: 'DOWNLOADING' } as const;

/** How long a backup's uploads and a restore's downloads take, one file after the other, where files in bundles cost so much. */
function transferMs(plain: Scenario, bundled: BundledFileCost): Record<keyof typeof STATE_OF, number> {
  const { limits } = plain.repository;
  const repository = { ...plain.repository, limits: { ...limits, client: { ...limits.client, bundled } } };
  const cluster = virtualCluster({ ...plain, repository });
  const target = virtualCluster({ ...plain, repository }, { storages: cluster.storages });
  const text = 'RESTORE SNAPSHOT example_db.label1 FROM example_repo PROPERTIES ("replication_num" = "1")';
  const durationMs = (kind: keyof typeof STATE_OF): number => {
    const ran =
      kind === 'backup'
        ? runStatement(cluster, scenarioStatement(plain))
        : runStatement(target, parseStatement(text));
    return ran.states.find(({ state }) => state === STATE_OF[kind])?.durationMs ?? 0;
  };
  return { backup: durationMs('backup'), restore: durationMs('restore') };
}

test('a file in a bundle is read and made once each, and each one that is restored waits for the disk', (t) => {
  const ms = fc.integer({ min: 1, max: 50 });
  const costs = fc.record({ readMs: ms, makeMs: ms, syncMs: ms });
  const shapes = fc.record({
    buckets: fc.integer({ min: 1, max: 3 }),
    files: fc.integer({ min: 2, max: 9 }),
  });
  const hashings = fc.constantFrom('one-pass' as const, 'separate' as const);
  fc.assert(
    fc.property(shapes, costs, hashings, ({ buckets, files }, cost, hashing) => {
      const table = olapTable('t', { partitions: 1, buckets, files, sizeBytes: fixed(1000) });
      const engine = { uploadWorkers: 1, downloadWorkers: 1, tickMs: 0, hashing };
      const plain = plainScenario({
        cluster: nodes(1),
        databases: [{ name: 'example_db', tables: [table] }],
        engine: engineOf('tuned', engine),
      });
      // The header of 4 KiB comes first, and is in no bundle.
      const scenario = bundling(plain, 1001);
      const free = transferMs(scenario, { readMs: 0, makeMs: 0, syncMs: 0 });
      const priced = transferMs(scenario, cost);
      const readings = hashing === 'one-pass' ? 1 : 2;
      const isNear = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 1e-6;
      t.true(isNear(priced.backup - free.backup, buckets * files * readings * cost.readMs));
      t.true(isNear(priced.restore - free.restore, buckets * files * (cost.makeMs + cost.syncMs)));
    }),
    { numRuns: RUNS },
  );
});

async function requireRoundTrip(t: ExecutionContext, scenario: Scenario): Promise<string[]> {
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-bundles-'));
  try {
    const { measured, predicted, restore } = await drill(scenario, workDirectory);
    t.is(measured?.job.state, 'FINISHED', measured?.job.error?.message);
    t.is(measured?.totals.requests, predicted.totals.requests);
    t.is(measured?.totals.movedFiles, predicted.totals.movedFiles);
    t.is(measured?.totals.movedBytes, predicted.totals.movedBytes);
    t.deepEqual(restore?.problems, []);
    t.deepEqual(restore?.differences, []);
    t.is(restore?.comparedFiles, measured?.totals.files);
    const repository = path.join(workDirectory, 'runs/test/run/repository');
    const stored = filesBelow(repository).filter((name) => name.includes('/__ss_content/'));
    for (const name of stored) {
      const bytes = readFileSync(path.join(repository, name));
      t.true(name.endsWith(`.${createHash('md5').update(bytes).digest('hex')}`), name);
    }
    return stored;
  } finally {
    rmSync(workDirectory, { recursive: true });
  }
}

test.serial('for real: bundles by their sizes, each under its checksum; restored byte by byte', async (t) => {
  await fc.assert(
    fc.asyncProperty(realScenarios(), belowBytes, async ({ scenario: plain }, below) => {
      const scenario = bundling(plain, below);
      const stored = await requireRoundTrip(t, scenario);
      for (const [shardId, names] of namesByShard(stored))
        t.deepEqual(names, expectedNames(scenario, below, shardId));
    }),
    { numRuns: REAL_RUNS, endOnFailure: true },
  );
});

test.serial('for real, on S3: a bundle is one request, or as many as its parts need', async (t) => {
  const server = await startS3Server({ buckets: ['drills'] });
  process.env['AWS_ACCESS_KEY_ID'] = server.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = server.credentials.secretAccessKey;
  const { endpoint } = server;
  let run = 0;
  try {
    for (const partBytes of [5 * 2 ** 20, MAX_BYTES]) {
      const table = olapTable('t', { partitions: 1, buckets: 2, files: 30, sizeBytes: fixed(300_000) });
      const databases = [{ name: 'example_db', tables: [table] }];
      const plain = plainScenario({ cluster: nodes(2), databases });
      const storage = {
        kind: 's3',
        endpoint,
        region: 'us-east-1',
        bucket: 'drills',
        prefix: `run-${run++}`,
        addressing: 'path',
      } as const;
      const limits = { ...plain.repository.limits, multipart: { partBytes, parallel: 2 } };
      const repository = { ...plain.repository, type: 's3' as const, storage, limits, isPlaced: true };
      await requireRoundTrip(t, bundling({ ...plain, repository }, MAX_BYTES));
    }
    const bundles = server.requests.filter(({ key }) => key.includes('__bundle_'));
    const whole = bundles
      .filter(({ operation }) => operation === 'PutObject')
      .map(({ bodyBytes }) => bodyBytes);
    // Of the three files that are left, and, in one piece the second time, of the 27 before and their header.
    t.deepEqual(
      whole.toSorted((x, y) => x - y),
      [900_000, 900_000, 900_000, 900_000, 8_104_096, 8_104_096],
    );
    t.is(bundles.filter(({ operation }) => operation === 'UploadPart').length, 4);
  } finally {
    await server.close();
  }
});
