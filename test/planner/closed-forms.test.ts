import test from 'ava';
import { fixed } from '../../src/base/distribution.js';
import { HEADER_FILE_BYTES } from '../../src/catalog/index.js';
import { simulate } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import { UNLIMITED_NODE } from '../../src/world/hardware.js';
import {
  placed,
  engine,
  FREE_COORDINATOR,
  LIMITS,
  nodes,
  olapTable,
  scenario,
} from '../fixtures/scenarios.js';

const uploadMs = (changes: Partial<Scenario>): number => {
  const { states } = simulate(scenario(changes));
  return states.find(({ state }) => state === 'UPLOADING')!.durationMs;
};

/** Nothing costs anything but what a test sets. */
const FREE = UNLIMITED_NODE;
const FREE_LIMITS = { ...LIMITS, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0) };
const cluster = (count: number, hardware = {}): Scenario['cluster'] => ({
  ...nodes(count, { ...FREE, ...hardware }),
  coordinator: FREE_COORDINATOR,
});
const repository = (
  limits: Partial<typeof LIMITS>,
  type: 'local' | 's3' = 'local',
): Scenario['repository'] => ({
  name: 'example_repo',
  type,
  readOnly: false,
  limits: { ...FREE_LIMITS, ...limits },
  ...placed(type),
});
const table = (
  partitions: number,
  buckets: number,
  files: number,
  sizeBytes: number,
): Scenario['databases'] => [
  {
    name: 'example_db',
    tables: [olapTable('t', { partitions, buckets, files, sizeBytes: fixed(sizeBytes) })],
  },
];
const close = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= 1e-9 * expected;

test('one node: bytes over its network card', (t) => {
  const actual = uploadMs({
    cluster: cluster(1, { nicBytesPerSec: 10e6 }),
    repository: repository({}),
    databases: table(1, 4, 5, 1e6),
  });
  t.true(close(actual, ((4 * (5e6 + HEADER_FILE_BYTES)) / 10e6) * 1000));
});

test('equal nodes: each its part, at the rate of its card', (t) => {
  const actual = uploadMs({
    cluster: cluster(5, { nicBytesPerSec: 10e6 }),
    repository: repository({}),
    databases: table(1, 20, 5, 1e6),
  });
  t.true(close(actual, ((4 * (5e6 + HEADER_FILE_BYTES)) / 10e6) * 1000));
});

test('a repository that binds: all bytes over its bandwidth', (t) => {
  const actual = uploadMs({
    cluster: cluster(5, { nicBytesPerSec: 10e6 }),
    repository: repository({ bandwidthBytesPerSec: 20e6 }),
    databases: table(1, 20, 5, 1e6),
  });
  t.true(close(actual, ((20 * (5e6 + HEADER_FILE_BYTES)) / 20e6) * 1000));
});

test('one worker, small files: two requests a file where the storage renames, one where it does not', (t) => {
  const small = (type: 'local' | 's3'): number =>
    uploadMs({
      cluster: cluster(1),
      repository: repository({ latencyMs: fixed(3) }, type),
      databases: table(1, 2, 9, 10),
      engine: engine('tuned', { uploadWorkers: 1 }),
    });
  t.true(close(small('local'), 2 * 10 * 2 * 3));
  t.true(close(small('s3'), 2 * 10 * 3));
});

test('hashing first and sending then takes the sum; in one pass, the longer of both', (t) => {
  const upload = (hashing: 'separate' | 'one-pass'): number =>
    uploadMs({
      cluster: cluster(1, { hashBytesPerSec: 50e6, nicBytesPerSec: 20e6 }),
      repository: repository({}),
      databases: table(1, 1, 10, 1e6),
      engine: engine('tuned', { uploadWorkers: 1, hashing }),
    });
  const bytes = 10e6 + HEADER_FILE_BYTES;
  t.true(close(upload('separate'), (bytes / 50e6 + bytes / 20e6) * 1000));
  t.true(close(upload('one-pass'), (bytes / 20e6) * 1000));
});

test('a disk is shared by its readers, each at most as fast as it can hash', (t) => {
  const upload = (diskBytesPerSec: number): number =>
    uploadMs({
      cluster: cluster(1, { hashBytesPerSec: 50e6, diskBytesPerSec }),
      repository: repository({}),
      databases: table(1, 4, 10, 1e6),
      engine: engine('tuned', { uploadWorkers: 4, hashing: 'separate' }),
    });
  const perWorker = 10e6 + HEADER_FILE_BYTES;
  t.true(close(upload(1e9), (perWorker / 50e6) * 1000));
  t.true(close(upload(100e6), ((4 * perWorker) / 100e6) * 1000));
});

test('a request rate that binds: requests over the rate', (t) => {
  const actual = uploadMs({
    cluster: cluster(4),
    repository: repository({ requestsPerSec: 100 }, 's3'),
    databases: table(1, 16, 9, 10),
  });
  // One request (the inspection of the label) came before, and the first of the rest waits for its turn.
  t.true(close(actual, 160 * 10));
});

test('ticks: a coordinator that looks every 3 s needs at least a look for each state', (t) => {
  const { totals, states } = simulate(
    scenario({
      cluster: cluster(1),
      repository: repository({}),
      databases: table(1, 1, 1, 10),
      engine: engine('doris'),
    }),
  );
  t.deepEqual(
    states.map(({ state, durationMs }) => [state, durationMs]),
    [
      ['PENDING', 3000],
      ['SNAPSHOTING', 3000],
      ['UPLOAD_SNAPSHOT', 3000],
      ['UPLOADING', 3000],
      ['SAVE_META', 3000],
      ['UPLOAD_INFO', 3000],
    ],
  );
  t.is(totals.durationMs, 18_000);
});

test('messages: a task that lies ready on the node hides the way to the coordinator and back', (t) => {
  const upload = (messageMs: number): number =>
    uploadMs({
      cluster: { ...cluster(1, { nicBytesPerSec: 1e6 }), coordinator: { ...FREE_COORDINATOR, messageMs } },
      repository: repository({}),
      databases: table(1, 10, 1, 100_000),
      engine: engine('tuned', { uploadWorkers: 1 }),
    });
  t.true(close(upload(20) - upload(0), 40));
});

test('mixed hardware: the slow node is the one that is waited for', (t) => {
  const { nodes: all, ...rest } = cluster(2, { nicBytesPerSec: 10e6 });
  const [fast, slow] = all;
  const actual = uploadMs({
    cluster: { ...rest, nodes: [fast!, { ...slow!, hardware: { ...slow!.hardware, nicBytesPerSec: 1e6 } }] },
    repository: repository({ bandwidthBytesPerSec: 5e6 }),
    databases: table(1, 8, 1, 1e6),
  });
  // The slow node sends 1 MB/s, the fast one the 4 MB/s that are left and so is ready first.
  t.true(close(actual, ((4 * (1e6 + HEADER_FILE_BYTES)) / 1e6) * 1000));
});
