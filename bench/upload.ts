import { startBackupCluster, type BackupCluster } from '../src/drill/bench/backup-cluster.js';
import { loadScenario } from '../src/scenario/index.js';
import { openS3Place, type S3Place } from './accuracy/s3-place.js';
import type { Case, Suite, SuiteContext } from './suite.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What is backed up, and by whom. */
interface Shape {
  readonly what: string;
  readonly nodes: number;
  readonly shards: number;
  readonly filesPerShard: number;
  readonly fileBytes: number;
  readonly durable?: true;
  readonly s3?: true;
  readonly gate?: true;
}

const nameOf = ({ what }: Shape): string => what.replaceAll(/\W+/g, '-');

/** Whatever the shape, nothing is limited but by the machine. Besides its segment files, a shard has a small header. */
const yamlOf = (shape: Shape, repository: string): string => `
name: ${nameOf(shape)}
cluster:
  nodes: ${shape.nodes}
  replication: 1
  hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 }
repository: { latency: 0 ms, durable: ${shape.durable ?? false}${repository} }
databases: [{ name: db, tables: [{ name: t, buckets: ${shape.shards}, filesPerShard: ${shape.filesPerShard}, fileSize: ${shape.fileBytes} B }] }]
engine: { preset: tuned, uploadWorkers: 1 }
statement: BACKUP SNAPSHOT db.bench TO example_repo
`;

function shapes({ isQuick }: SuiteContext): readonly Shape[] {
  const megabytes = isQuick ? 16 : 256;
  const of = (
    fileBytes: number,
    filesPerShard: number,
  ): Pick<Shape, 'shards' | 'filesPerShard' | 'fileBytes'> => ({
    shards: Math.max(1, Math.round((megabytes * MIB) / fileBytes / filesPerShard)),
    filesPerShard,
    fileBytes,
  });
  const nodes = 2;
  return [
    ...[1, 2, 4].map((count) => ({ what: `1 MiB files, ${count} nodes`, nodes: count, ...of(MIB, 4) })),
    { what: '16 KiB files', nodes, ...of(16 * KIB, 4) },
    { what: '16 MiB files', nodes, ...of(16 * MIB, 1) },
    ...[1, 4, 16].map((perShard) => ({
      what: `64 KiB files, ${perShard} a shard`,
      nodes,
      ...of(64 * KIB, perShard),
    })),
    { what: '1 MiB files, durable', nodes, ...of(MIB, 4), durable: true },
    { what: '64 KiB files, durable', nodes, ...of(64 * KIB, 4), durable: true },
    { what: '1 MiB files, S3', nodes, ...of(MIB, 4), s3: true },
    { what: '64 KiB files, S3', nodes, ...of(64 * KIB, 4), s3: true },
  ];
}

/** For the gate: some milliseconds each, and on one node, so that a core is left for whatever else runs. */
const GATED: readonly Shape[] = [
  { what: 'large files', nodes: 1, shards: 1, filesPerShard: 1, fileBytes: 2 * MIB, gate: true },
  { what: 'small files', nodes: 1, shards: 2, filesPerShard: 7, fileBytes: 16 * KIB, gate: true },
];

const NEVER = new AbortController().signal;

/** The clusters that are up. Those of the gate wait for their turns side by side; of others there is one at a time. */
const up = new Map<Shape, BackupCluster>();

async function closeAll(): Promise<void> {
  for (const [shape, cluster] of up) {
    up.delete(shape);
    await cluster.close();
  }
}

/** An S3 server on this machine, in a process of its own, while it is needed. */
let s3: S3Place | undefined;

async function onS3(shape: Shape): Promise<string> {
  s3 ??= await openS3Place(process.env);
  const { repository, endpoint, region } = s3.location(nameOf(shape));
  return `, type: s3, location: '${repository}', endpoint: '${endpoint}', region: '${region}'`;
}

async function tearDown(): Promise<void> {
  await closeAll();
  await s3?.close();
  s3 = undefined;
}

function caseOf(shape: Shape, { isGate, workDirectory }: SuiteContext): Case {
  const { what, shards, filesPerShard, fileBytes, gate } = shape;
  return {
    name: what,
    async before() {
      if (up.has(shape)) return;
      if (!isGate) await closeAll();
      const yaml = yamlOf(shape, shape.s3 ? await onS3(shape) : '');
      const { scenario } = loadScenario(yaml, 'bench.yaml').variants[0]!;
      up.set(shape, await startBackupCluster(scenario, { workDirectory, signal: NEVER }));
    },
    async run() {
      await up.get(shape)!.backUp();
    },
    after: () => up.get(shape)!.forget(),
    amount: (shards * filesPerShard * fileBytes) / 1e6,
    unit: 'MB/s',
    ...(gate ? { gate } : {}),
  };
}

export const uploadSuite: Suite = {
  name: 'upload',
  hypothesis:
    'on one machine, a second node helps until its cores are busy, and small files cost by the file, however they are spread over shards, on S3 even more',
  cases: (context) => (context.isGate ? GATED : shapes(context)).map((shape) => caseOf(shape, context)),
  tearDown,
};
