import { fixed } from '../../src/base/distribution.js';
import { HEADER_FILE_BYTES } from '../../src/catalog/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import {
  UNLIMITED_NODE,
  type HostHardware,
  type NodeHardware,
  type RepositoryLimits,
} from '../../src/world/hardware.js';
import {
  engine,
  FREE_COORDINATOR,
  LIMITS,
  nodes,
  olapTable,
  placed,
  scenario,
  type TableShape,
} from '../fixtures/scenarios.js';

/** A scenario so simple that a formula says how long one of its states takes. */
export interface ClosedForm {
  readonly title: string;
  readonly scenario: Scenario;
  readonly state: string;
  readonly expectedMs: (manifestBytes: number) => number;
}

interface Shape {
  readonly nodes?: number;
  readonly hardware?: Partial<NodeHardware>;
  readonly host?: Partial<HostHardware>;
  readonly cluster?: Partial<Scenario['cluster']>;
  readonly coordinator?: Partial<Scenario['cluster']['coordinator']>;
  readonly limits?: Partial<RepositoryLimits>;
  readonly client?: Partial<RepositoryLimits['client']>;
  readonly type?: 'local' | 's3';
  readonly engine?: Partial<Scenario['engine']>;
  readonly table?: Partial<TableShape>;
}

const FREE = UNLIMITED_NODE;
const FREE_CLIENT = { requestMs: 0, directoryMs: 0, bytesPerSec: Infinity };
const FREE_LIMITS = { ...LIMITS, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0) };

const FILE_BYTES = 1e6;
/** A shard of one such file. */
const SHARD_BYTES = FILE_BYTES + HEADER_FILE_BYTES;

/** Nothing costs anything but what the shape says. On S3, so that hashing and sending are apart unless it says so. */
function shaped(shape: Shape): Scenario {
  const { type = 's3' } = shape;
  const cluster = nodes(shape.nodes ?? 1, { ...FREE, ...shape.hardware });
  const limits = { ...FREE_LIMITS, ...shape.limits, client: { ...FREE_CLIENT, ...shape.client } };
  return scenario({
    cluster: {
      ...cluster,
      coordinator: { ...FREE_COORDINATOR, ...shape.coordinator },
      host: { ...cluster.host, ...shape.host },
      ...shape.cluster,
    },
    repository: { name: 'example_repo', type, readOnly: false, limits, ...placed(type) },
    engine: engine('tuned', shape.engine),
    databases: [
      {
        name: 'example_db',
        tables: [
          olapTable('t', {
            partitions: 1,
            buckets: 4,
            files: 1,
            sizeBytes: fixed(FILE_BYTES),
            ...shape.table,
          }),
        ],
      },
    ],
  });
}

const uploading = (title: string, shape: Shape, expectedMs: number): ClosedForm => ({
  title,
  scenario: shaped(shape),
  state: 'UPLOADING',
  expectedMs: () => expectedMs,
});

/** Milliseconds that so many shards take at a rate. */
const shardsMs = (shards: number, bytesPerSec: number): number =>
  ((shards * SHARD_BYTES) / bytesPerSec) * 1000;

const SHARING: readonly ClosedForm[] = [
  uploading('one node: bytes over its card', { hardware: { nicBytesPerSec: 10e6 } }, shardsMs(4, 10e6)),
  uploading(
    'equal nodes: each its part',
    { nodes: 4, hardware: { nicBytesPerSec: 10e6 } },
    shardsMs(1, 10e6),
  ),
  uploading(
    'a repository that binds: all bytes over its bandwidth',
    { nodes: 4, hardware: { nicBytesPerSec: 10e6 }, limits: { bandwidthBytesPerSec: 20e6 } },
    shardsMs(4, 20e6),
  ),
  uploading(
    'and also where nothing else limits what is sent',
    { nodes: 2, hardware: { hashBytesPerSec: 50e6 }, limits: { bandwidthBytesPerSec: 20e6 } },
    shardsMs(1, 50e6) + shardsMs(4, 20e6),
  ),
  uploading(
    'cores that bind: all hashing over what the cores give',
    { hardware: { hashBytesPerSec: 50e6 }, host: { cores: 2 } },
    shardsMs(4, 100e6),
  ),
  uploading(
    'more cores than threads: each thread at its own pace',
    { hardware: { hashBytesPerSec: 50e6 }, host: { cores: 8 } },
    shardsMs(1, 50e6),
  ),
  uploading(
    'nodes on one host share its cores',
    { nodes: 4, hardware: { hashBytesPerSec: 50e6 }, host: { nodesPerHost: 4, cores: 1 } },
    shardsMs(4, 50e6),
  ),
  uploading(
    'and nodes on several hosts do not',
    { nodes: 4, hardware: { hashBytesPerSec: 50e6 }, host: { nodesPerHost: 2, cores: 1 } },
    shardsMs(2, 50e6),
  ),
  uploading(
    'nodes on one host share its disk',
    {
      nodes: 4,
      hardware: { diskBytesPerSec: 20e6 },
      host: { nodesPerHost: 4, diskBytesPerSec: 30e6 },
    },
    shardsMs(4, 30e6),
  ),
  uploading(
    'a disk of their own that is slower than their part of the host binds first',
    { nodes: 4, hardware: { diskBytesPerSec: 5e6 }, host: { nodesPerHost: 4, diskBytesPerSec: 30e6 } },
    shardsMs(1, 5e6),
  ),
];

const mixed = (each: readonly Partial<NodeHardware>[]): Scenario['cluster']['nodes'] =>
  each.map((hardware, i) => ({ name: `be-${i + 1}`, hardware: { ...FREE, ...hardware } }));

/** Three shards of one node, one smaller than the others: it is sent while they are still hashed. */
function sendingBesideHashing(): Scenario {
  const shape = shaped({ hardware: { hashBytesPerSec: 20e6, nicBytesPerSec: 50e6 }, host: { cores: 1 } });
  const tables = [1e6, 1.5e6, 1.5e6].map((bytes, i) =>
    olapTable(`t${i}`, { partitions: 1, buckets: 1, files: 1, sizeBytes: fixed(bytes) }),
  );
  return { ...shape, databases: [{ name: 'example_db', tables }] };
}

const MIXING: readonly ClosedForm[] = [
  uploading(
    'mixed hardware: the slow node is waited for, whatever the repository gives the fast one',
    {
      limits: { bandwidthBytesPerSec: 5e6 },
      cluster: { nodes: mixed([{ nicBytesPerSec: 10e6 }, { nicBytesPerSec: 1e6 }]) },
    },
    shardsMs(2, 1e6),
  ),
  uploading(
    'shared cores are shared by bytes: two nodes that hash at different speeds go at one rate',
    {
      cluster: {
        nodes: mixed([{ hashBytesPerSec: 100e6 }, { hashBytesPerSec: 25e6 }]),
        host: { nodesPerHost: 2, cores: 1, diskBytesPerSec: Infinity },
      },
      table: { buckets: 2 },
    },
    // r / 100 + r / 25 = 1
    shardsMs(1, 20e6),
  ),
  {
    title: 'what costs no processor time goes on while the cores are full',
    scenario: sendingBesideHashing(),
    state: 'UPLOADING',
    // One core hashes all; by then the smaller file is sent; then the larger ones are.
    expectedMs: () => ((3 * HEADER_FILE_BYTES + 4e6) / 20e6 + (3 * HEADER_FILE_BYTES + 3e6) / 50e6) * 1000,
  },
  uploading(
    'a straggler is slower by its factor',
    {
      nodes: 2,
      hardware: { nicBytesPerSec: 10e6 },
      cluster: { stragglers: { share: 0.5, slowdown: 4 } },
      table: { buckets: 2 },
    },
    shardsMs(1, 2.5e6),
  ),
];

const CLIENT: readonly ClosedForm[] = [
  uploading(
    "hashing and then sending: a thread's time for both",
    { hardware: { hashBytesPerSec: 50e6 }, client: { bytesPerSec: 25e6 } },
    shardsMs(1, 50e6) + shardsMs(1, 25e6),
  ),
  uploading(
    'hashing while sending: one thread does both, byte by byte',
    {
      type: 'local',
      engine: { hashing: 'one-pass' },
      hardware: { hashBytesPerSec: 50e6 },
      client: { bytesPerSec: 25e6 },
    },
    shardsMs(1, 50e6) + shardsMs(1, 25e6),
  ),
  uploading(
    'requests take processor time: eight of them on one core',
    { client: { requestMs: 4 }, host: { cores: 1 }, table: { sizeBytes: fixed(10) } },
    8 * 4,
  ),
  uploading(
    'and two after each other on a core for every thread',
    { client: { requestMs: 4 }, table: { sizeBytes: fixed(10) } },
    2 * 4,
  ),
  uploading(
    'as much of it on a node that hashes fast as on one that hashes slowly',
    { hardware: { hashBytesPerSec: 50e6 }, client: { requestMs: 4 }, host: { cores: 1 } },
    8 * 4 + shardsMs(4, 50e6),
  ),
];

const REQUESTS: readonly ClosedForm[] = [
  uploading(
    'a bucket of tokens: what the burst lets through, and the rest over the rate',
    {
      limits: { requestsPerSec: 100, requestBurst: 10 },
      table: { buckets: 16, files: 9, sizeBytes: fixed(10) },
    },
    // Looking under the label took one of the ten.
    (16 * 10 - 9) * 10,
  ),
  uploading(
    'a bucket that is larger than all requests lets all through',
    { limits: { requestsPerSec: 1, requestBurst: 100 }, table: { sizeBytes: fixed(10) } },
    0,
  ),
  uploading(
    'a file in parts: begun, sent two parts at a time, completed',
    {
      limits: {
        latencyMs: fixed(5),
        perConnectionBytesPerSec: 10e6,
        multipart: { partBytes: 1e6, parallel: 2 },
      },
      table: { buckets: 1, sizeBytes: fixed(3.5e6) },
    },
    // The header; begin; two parts of 100 ms by the one of two connections, one and a half by the other; complete.
    5 + (HEADER_FILE_BYTES / 10e6) * 1000 + 5 + 2 * (5 + 100) + 5,
  ),
  uploading(
    'a file of one part is sent as a whole',
    {
      limits: { latencyMs: fixed(5), multipart: { partBytes: FILE_BYTES, parallel: 2 } },
      table: { buckets: 1 },
    },
    2 * 5,
  ),
  uploading(
    'a file of more than 10,000 parts is sent in larger ones',
    {
      limits: { latencyMs: fixed(1), multipart: { partBytes: 1e6, parallel: 1 } },
      table: { buckets: 1, sizeBytes: fixed(20e9) },
    },
    // The header, begin, parts of 2 MiB, complete.
    1 + 1 + Math.ceil(20e9 / 2 ** 21) + 1,
  ),
  uploading(
    'what hashes as it sends is not sent in parts',
    {
      type: 'local',
      engine: { hashing: 'one-pass' },
      limits: { latencyMs: fixed(5), multipart: { partBytes: 1000, parallel: 2 } },
      table: { buckets: 1 },
    },
    2 * (5 + 5),
  ),
];

const persisted = (state: string, expectedMs: number): ClosedForm => ({
  title: `persisting a change of state comes before what follows from it: ${state}`,
  scenario: shaped({ coordinator: { persistMs: 7 } }),
  state,
  expectedMs: () => expectedMs,
});

const published = (type: 'local' | 's3', requests: number): ClosedForm => ({
  title: `the manifest is built, then sent, with ${requests} requests (${type})`,
  scenario: shaped({
    type,
    coordinator: { manifestBytesPerSec: 1e6 },
    limits: { bandwidthBytesPerSec: 3e6, perConnectionBytesPerSec: 2e6, latencyMs: fixed(3) },
  }),
  state: 'UPLOAD_INFO',
  expectedMs: (manifestBytes) => manifestBytes / 1000 + manifestBytes / 2000 + requests * 3,
});

const COORDINATOR: readonly ClosedForm[] = [
  persisted('PENDING', 7),
  persisted('SNAPSHOTING', 7),
  // Both changes of one step are made durable together.
  persisted('UPLOAD_SNAPSHOT', 0),
  persisted('UPLOADING', 7),
  persisted('SAVE_META', 0),
  persisted('UPLOAD_INFO', 7),
  published('local', 5),
  published('s3', 3),
];

export const CLOSED_FORMS: readonly ClosedForm[] = [
  ...SHARING,
  ...MIXING,
  ...CLIENT,
  ...REQUESTS,
  ...COORDINATOR,
];

export const agrees = (actualMs: number, expectedMs: number): boolean =>
  Math.abs(actualMs - expectedMs) <= Math.max(1e-9 * expectedMs, 1e-9);
