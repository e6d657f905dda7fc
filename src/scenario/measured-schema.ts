import * as z from 'zod';
import { durationDistribution } from './distributions.js';
import type { DocumentKind } from './document-kind.js';
import { MAX_NODES } from './schema.js';
import { count, duration, expects, keys, line, positiveDuration, rate, requestRate } from './values.js';

/*
 * The keys and units of a scenario, and other defaults: what was not measured is no limit and costs nothing.
 */

const unlimited = (what: string) => rate.prefault('unlimited').describe(what);
const free = (what: string) => duration.prefault('0 ms').describe(what);

const clusterSchema = keys({
  hardware: keys({
    disk: unlimited('Sequential reads of one node.'),
    hash: unlimited('MD5 on one thread.'),
    nic: unlimited('Network card of one node.'),
    link: free('Making one hard link.'),
    snapshot: free("Beginning a shard's snapshot, besides its links."),
  }).prefault({}),
  host: keys({
    nodes: z
      .union([count(1, MAX_NODES), z.literal('all')], expects('a number of nodes, such as 4, or all'))
      .default(1)
      .describe('Nodes that share one machine.'),
    cores: z
      .union([z.number().positive(), z.literal('unlimited')], expects('a number of cores, or unlimited'))
      .default('unlimited')
      .describe("A machine's processor cores: MD5 on all of them at once, relative to MD5 on one."),
    disk: unlimited('Sequential reads of all nodes of a machine together.'),
  }).prefault({}),
  coordinator: keys({
    message: free('A message between the coordinator and a node, one way.'),
    persist: free("Making a change of a job's state durable."),
    manifest: unlimited('Building a manifest, in bytes of its text.'),
  }).prefault({}),
});

const repositorySchema = keys({
  type: z.enum(['local', 's3']).optional().describe('What was measured; it says nothing of others.'),
  durable: z.boolean().optional().describe('local: whether files had to be on the disk itself.'),
  bandwidth: unlimited('All uploads together.'),
  perConnection: unlimited('One upload.'),
  latency: durationDistribution.prefault('0 ms').describe('From a request to its answer.'),
  requestRate: requestRate.prefault('unlimited').describe('Requests of all nodes together.'),
  requestBurst: count(1, 1_000_000).default(1).describe('Requests that may be made at once after a pause.'),
  client: keys({
    request: free("A node's processor time for one request."),
    directory: free("The same for a shard's first file, besides: its directory."),
    bytes: unlimited('Bytes that one thread moves to the repository, hashing aside.'),
    bundled: keys({
      read: free('Processor time to open, read and close a file that goes into a bundle.'),
      make: free('Processor time to make a file when a bundle is taken apart, ...'),
      sync: free('... and what that waits for the disk.'),
    }).optional(),
  }).prefault({}),
});

const figureSchema = keys({
  median: line,
  p10: line.describe('A tenth of the samples was below.'),
  p90: line.describe('A tenth of the samples was above.'),
  samples: count(1, 1_000_000_000),
});

const trialSchema = keys({
  scenario: line,
  use: z
    .enum(['fitted', 'held back'])
    .describe('Whether the figures were fitted to this run, or only held against it.'),
  measured: positiveDuration.describe('The time its job was in UPLOADING.'),
  predicted: duration,
  error: line.optional().describe('Of the prediction, relative to what was measured.'),
});

const originSchema = keys({
  date: line.optional(),
  by: line.optional(),
  machine: keys({ cpu: line, cores: count(1, 1_000_000), node: line, platform: line }).optional(),
  repository: line.optional().describe('Which repository was measured.'),
  figures: z.record(z.string(), figureSchema).default({}).describe('What was measured, and how it varied.'),
  fit: z.array(trialSchema).default([]).describe('Real runs and their predictions.'),
});

const measuredKeys = {
  cluster: clusterSchema.prefault({}),
  repository: repositorySchema.prefault({}),
  measured: originSchema.prefault({}).describe('Where the figures come from; predictions do not use it.'),
};

/** A file of measured hardware: what `drill calibrate` writes. */
export const measuredSchema = keys(measuredKeys);

export type MeasuredInput = z.output<typeof measuredSchema>;

export const HARDWARE_FILE: DocumentKind = {
  noun: 'hardware file',
  least: 'drill calibrate writes one: see docs/calibrate.md',
  beginning: "begin with 'cluster: …' or 'repository: …': see docs/calibrate.md",
  tooLarge: 'drill calibrate writes one: see docs/calibrate.md',
  rootKeys: Object.keys(measuredKeys),
  jsonSchema: () => z.toJSONSchema(measuredSchema, { io: 'input', target: 'draft-7' }),
};
