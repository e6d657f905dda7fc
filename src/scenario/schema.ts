import * as z from 'zod';
import { durationDistribution } from './distributions.js';
import { faultSchema, MAX_FAULTS } from './fault-schema.js';
import { DEFAULT_PRESET } from './presets.js';
import { MAX_VARIANTS } from './sweep-values.js';
import { databaseSchema } from './table-schema.js';
import {
  bundledSize,
  count,
  duration,
  expects,
  keys,
  line,
  name,
  nodeName,
  partSize,
  positiveDuration,
  rate,
  requestRate,
  tickDuration,
} from './values.js';

export const MAX_NODES = 100_000;
const MAX_WORKERS = 1024;

/** A mid-range server. */
const clusterHardware = keys({
  disk: rate.prefault('500 MB/s').describe('Sequential reads of one node, shared by its readers.'),
  hash: rate.prefault('550 MB/s').describe('MD5 on one thread.'),
  nic: rate.prefault('10 Gbit/s').describe('Network card of one node, shared by its uploads.'),
  link: duration.prefault('20 us').describe('Making one hard link, on one snapshot worker.'),
  snapshot: duration.prefault('0 ms').describe("Beginning a shard's snapshot, besides its links."),
});

const groupSchema = keys({
  name: name.optional().describe("Nodes are named <name>-1, <name>-2, …; default 'be'."),
  count: count(1, MAX_NODES).optional().describe('How many nodes of this kind.'),
  names: z
    .array(nodeName)
    .min(1)
    .max(MAX_NODES)
    .optional()
    .describe('Their names, one by one, instead of name and count.'),
  hardware: keys({
    disk: rate.optional().describe('Sequential reads of one node of this group.'),
    hash: rate.optional().describe('MD5 on one thread of this group.'),
    nic: rate.optional().describe('Network card of one node of this group.'),
    link: duration.optional().describe('Making one hard link.'),
    snapshot: duration.optional().describe("Beginning a shard's snapshot, besides its links."),
  })
    .prefault({})
    .describe('Where this group differs from cluster.hardware.'),
});

const clusterSchema = keys({
  nodes: z
    .union(
      [count(1, MAX_NODES), z.array(groupSchema).min(1)],
      expects('a number of nodes, such as 4, or a list of groups of nodes'),
    )
    .describe('Compute nodes: a number, or groups with different hardware.'),
  replication: count(1, MAX_NODES)
    .optional()
    .describe('Copies of each shard, on distinct nodes; default 3, or the number of nodes if that is less.'),
  placement: z
    .enum(['even', 'random'])
    .default('even')
    .describe('Where replicas lie: round-robin, so that each node holds as many, or random by seed.'),
  hardware: clusterHardware.prefault({}).describe('What each node can do; real runs never exceed it.'),
  coordinator: keys({
    message: duration.prefault('1 ms').describe('A message between the coordinator and a node, one way.'),
    persist: duration.prefault('0 ms').describe("Making a change of a job's state durable."),
    manifest: rate.prefault('unlimited').describe('Building a manifest, in bytes of its text.'),
  })
    .prefault({})
    .describe('What the coordinator costs.'),
  host: keys({
    nodes: z
      .union([count(1, MAX_NODES), z.literal('all')], expects('a number of nodes, such as 4, or all'))
      .default(1)
      .describe('Nodes that share one machine.'),
    cores: z
      .union([z.number().positive(), z.literal('unlimited')], expects('a number of cores, or unlimited'))
      .default('unlimited')
      .describe("A machine's processor cores; unlimited: one for every thread."),
    disk: rate.prefault('unlimited').describe('Sequential reads of all nodes of a machine together.'),
  })
    .prefault({})
    .describe('What nodes on one machine share. Only predictions know it: real threads share this machine.'),
  stragglers: keys({
    share: z.number().min(0).max(1).default(0).describe('Which part of the nodes is slow, 0 to 1.'),
    slowdown: z.number().min(1).default(2).describe('How many times as long everything takes on them.'),
  })
    .prefault({})
    .describe('Nodes, drawn from the seed, that are slower than their hardware says.'),
}).describe('The compute nodes, and how data lies on them.');

const multipartSchema = keys({
  part: partSize.prefault('8 MiB').describe('Files larger than this are sent in parts of this size.'),
  parallel: count(1, MAX_WORKERS).default(2).describe('Parts of one file on their way at once.'),
});

/** Bucket and prefix. */
export const S3_LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/;

const repositorySchema = keys({
  name: name.default('example_repo').describe('The name after TO in the statement.'),
  type: z
    .enum(['local', 's3'])
    .default('local')
    .describe('local: a directory, which renames files; s3: an object store, which does not.'),
  readOnly: z.boolean().default(false).describe('A read-only repository refuses backups.'),
  location: z
    .string()
    .regex(S3_LOCATION, 'must be s3://bucket or s3://bucket/prefix')
    .optional()
    .describe('s3: where it is, as s3://bucket/prefix. Needed by real runs only.'),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^/?#@\s]+$/, 'must be a URL such as http://127.0.0.1:9000, without a path')
    .optional()
    .describe("s3: the server's URL, without a path; AWS's own if it is left out."),
  region: z.string().default('us-east-1').describe('s3: the region that requests are signed for.'),
  addressing: z
    .enum(['path', 'virtual-hosted'])
    .optional()
    .describe(
      "s3: whether the bucket is named in the URL's path or in its host; path where there is an endpoint.",
    ),
  durable: z
    .boolean()
    .default(true)
    .describe(
      'local: whether files must be on the disk itself before they count (an fsync each, and one a shard).',
    ),
  bundleFilesBelow: bundledSize
    .optional()
    .describe('Files of a shard that are smaller go into bundles, each one object; default: none do.'),
  bandwidth: rate.prefault('unlimited').describe('All uploads of all nodes together.'),
  perConnection: rate.prefault('unlimited').describe('One upload.'),
  latency: durationDistribution
    .prefault('1 ms')
    .describe('From a request to its answer, besides the time its bytes take: a duration or a distribution.'),
  requestRate: requestRate.prefault('unlimited').describe('Requests of all nodes together.'),
  requestBurst: count(1, 1_000_000)
    .default(1)
    .describe('Requests that may be made at once after a pause, where there is a requestRate.'),
  multipart: z
    .union([multipartSchema, z.literal('none')], expects('part and parallel, or none'))
    .optional()
    .describe('s3: how large files are sent; default: as real runs do.'),
  client: keys({
    request: duration.prefault('0 ms').describe("A node's processor time for one request."),
    directory: duration
      .prefault('0 ms')
      .describe("The same for a shard's first file, besides: its directory."),
    bytes: rate
      .prefault('unlimited')
      .describe('Bytes that one thread moves to the repository, hashing aside.'),
    bundled: keys({
      read: duration.prefault('0 ms').describe('Processor time to open, read and close it for a bundle.'),
      make: duration.prefault('0 ms').describe('Processor time to make it when a bundle is taken apart, ...'),
      sync: duration.prefault('0 ms').describe('... and what that waits for the disk.'),
    })
      .optional()
      .describe('What a file in a bundle costs besides its bytes.'),
  })
    .prefault({})
    .describe('What talking to the repository costs a processor. Only predictions know it.'),
}).describe('Where the backup goes, and what that allows.');

const workers = (what: string) =>
  count(1, MAX_WORKERS).optional().describe(`${what} that one node works on at once.`);

const limitKeys = (whose: string) => ({
  bytes: rate.optional().describe(`Bytes of files that ${whose} sends or fetches in a second.`),
  requests: requestRate.optional().describe(`Requests that ${whose} makes in a second.`),
  concurrency: count(1, 1_000_000).optional().describe(`Files that ${whose} has on their way at once.`),
});

const limitsSchema = keys({
  ...limitKeys('a job'),
  perNode: keys(limitKeys('one node for a job')).optional().describe('The same for each node.'),
}).describe('What each job may do, so that something is left for others; a statement can say otherwise.');

const engineSchema = keys({
  preset: z
    .enum(['doris-classic', 'doris', 'tuned'])
    .default(DEFAULT_PRESET)
    .describe('Where all settings come from that are not named here.'),
  tick: z
    .union([z.literal('none'), tickDuration], expects('a duration, such as 3 s, or none'))
    .optional()
    .describe("Time between the coordinator's looks at a job; none: it acts on each event at once."),
  replicaPolicy: z
    .enum(['lowest-id', 'balanced'])
    .optional()
    .describe('Which healthy replica of a shard is backed up.'),
  snapshotWorkers: workers('Snapshot tasks'),
  uploadWorkers: workers('Upload tasks'),
  downloadWorkers: workers('Download tasks'),
  uploadTasksPerNode: count(1, 1_000_000)
    .optional()
    .describe("Cuts a node's shards into this many tasks. Excludes shardsPerTask."),
  shardsPerTask: count(1, 1_000_000)
    .optional()
    .describe('Puts this many shards into a task. Excludes uploadTasksPerNode.'),
  dispatch: z
    .enum(['at-once', 'as-free'])
    .optional()
    .describe('A node gets all its tasks at the start, or the next when it has finished one.'),
  order: z.enum(['catalog', 'largest-first']).optional().describe("The order of a node's shards."),
  hashing: z
    .enum(['separate', 'one-pass'])
    .optional()
    .describe('A file is read twice (hashed, then sent), or hashed while it is sent.'),
  probe: z
    .enum(['always', 'retry'])
    .optional()
    .describe(
      "A shard's directory is listed before its upload always, or only when an earlier try may have left files.",
    ),
  maxTaskAttempts: count(1, 1000)
    .optional()
    .describe('How often a task may be tried before its failure fails the job.'),
  requestRetries: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('How often a node makes a request again that the repository failed.'),
  retryDelay: positiveDuration
    .optional()
    .describe('The wait before the first of these; it doubles each time, and half of it is random.'),
  failover: z.boolean().optional().describe('Back up another healthy replica where one fails.'),
  handOver: z
    .boolean()
    .optional()
    .describe('Give shards that wait for a busy node to one that is done and has replicas of them.'),
  checkSource: z
    .boolean()
    .optional()
    .describe('Hold each file against the checksum that its replica says it was written with.'),
  heartbeat: positiveDuration
    .optional()
    .describe('How often nodes are asked whether they are there and have their tasks.'),
  lostAfter: positiveDuration.optional().describe('A node silent for so long is taken for lost.'),
  limits: limitsSchema.optional(),
  unsupportedTables: z
    .enum(['skip', 'refuse'])
    .optional()
    .describe('What happens to tables that cannot be backed up and were not named.'),
  defaultTimeout: positiveDuration.optional().describe('The timeout of a statement that names none.'),
  minTimeout: duration.optional().describe('The least timeout a statement may name.'),
}).describe('How the engine runs the job: a preset, and what differs from it.');

const restoreSchema = keys({
  nodes: count(1, MAX_NODES).optional().describe("Default: one more than the cluster's."),
  replication: count(1, MAX_NODES).default(1).describe('Copies of each restored shard.'),
}).describe('The cluster that the backup is restored into, to prove it.');

const knob =
  'A path, such as cluster.nodes or databases.0.tables.0.fileSize; an item of a list goes by position or name.';

export const variationKeys = {
  sweep: z
    .record(
      z.string(),
      z.union(
        [z.array(z.unknown()).min(1).max(MAX_VARIANTS), z.string()],
        expects('a list of values, such as [1, 2, 4], or a range, such as 1..64'),
      ),
    )
    .optional()
    .describe(
      `Runs the scenario once for each value of one knob, or each pair of values of two: a list, or a range such as 1..64 (doubling) or 1..10/1 (in steps). ${knob}`,
    ),
  variants: z
    .array(
      keys({
        name: line.describe('What reports call this variant.'),
        set: z.record(z.string(), z.unknown()).describe(`What differs. ${knob}`),
      }),
    )
    .min(1)
    .max(MAX_VARIANTS)
    .optional()
    .describe('Runs the scenario once for each of these. Excludes sweep.'),
};

const scenarioKeys = {
  name: line.optional().describe('Default: the name of the file.'),
  description: z.string().default('').describe('What the scenario is for.'),
  seed: z
    .union([z.int(), z.string().min(1)], expects('a whole number or a text'))
    .default(1)
    .describe('Everything random follows from it: the same seed gives the same run.'),
  cluster: clusterSchema,
  repository: repositorySchema.prefault({}),
  databases: z.array(databaseSchema).min(1).describe('What is on the cluster.'),
  engine: engineSchema.prefault({}),
  statement: z.string().regex(/\S/, 'must not be empty').describe('The BACKUP SNAPSHOT statement to run.'),
  restore: restoreSchema.prefault({}),
  faults: z
    .array(faultSchema)
    .max(MAX_FAULTS)
    .default([])
    .describe(
      'What goes wrong while it is planned; each is named by the key for its kind. Real runs know nothing of it.',
    ),
  window: positiveDuration.optional().describe('The backup window: reports say whether the backup fits.'),
};

/** A scenario file with its sweep or variants already applied. */
export const scenarioSchema = keys(scenarioKeys);

export const VARIATION_KEYS = Object.keys(variationKeys);

/** All that may stand at the top of a file, for suggestions. */
export const ROOT_KEYS = [...Object.keys(scenarioKeys), ...VARIATION_KEYS];

export type ScenarioInput = z.output<typeof scenarioSchema>;
export type ClusterInput = ScenarioInput['cluster'];
export type EngineInput = ScenarioInput['engine'];
export type NodeGroupInput = z.output<typeof groupSchema>;

/** The JSON Schema of a scenario file, for editors to complete and check by; every key is described. */
export function scenarioJsonSchema(): object {
  return {
    title: 'backup-drill scenario',
    description: 'A cluster, a repository, what is to be backed up, and the statement that does it.',
    ...z.toJSONSchema(keys({ ...scenarioKeys, ...variationKeys }), { io: 'input', target: 'draft-7' }),
  };
}
