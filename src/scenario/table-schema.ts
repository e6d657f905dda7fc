import * as z from 'zod';
import { countDistribution, sizeDistribution } from './distributions.js';
import { count, expects, keys, name, namePattern } from './values.js';

/** Of tables, or of partitions of one table, that one entry stands for. */
export const MAX_GENERATED = 200_000;
const MAX_ROLLUPS = 1000;
const MAX_RATIO = 100;

export const TABLE_TYPES = [
  'OLAP',
  'VIEW',
  'MYSQL',
  'ODBC',
  'JDBC',
  'ELASTICSEARCH',
  'HIVE',
  'ICEBERG',
  'HUDI',
] as const;

/** What a partition without these, in a table without these, has. Ten buckets is Doris's own default. */
export const TABLE_DEFAULTS = {
  buckets: 10,
  filesPerShard: 1,
  fileSizeBytes: 1_048_576,
  rollupRatio: 1,
  /** One load after the empty partition's 1. */
  version: 2,
} as const;

const buckets = countDistribution(1, 'a number of buckets');
const filesPerShard = countDistribution(0, 'a number of files');

const partitionSchema = keys({
  name: namePattern.describe("The partition's name; with count, a pattern such as p{i}."),
  count: count(1, MAX_GENERATED)
    .optional()
    .describe('Stands for this many partitions: {i} in the name goes from 1 to count.'),
  buckets: buckets.optional().describe("Shards of each index; default: the table's."),
  filesPerShard: filesPerShard.optional().describe("Segment files of a shard; default: the table's."),
  fileSize: sizeDistribution.optional().describe("Size of a segment file; default: the table's."),
  version: count(1, Number.MAX_SAFE_INTEGER)
    .default(TABLE_DEFAULTS.version)
    .describe('The version that queries see.'),
  shards: z
    .string()
    .optional()
    .describe(
      'The shards themselves, instead of buckets, filesPerShard and fileSize, one a line: id, size of its files together, their number, and the nodes that hold a copy.',
    ),
});

const partitions = z
  .union(
    [
      count(0, MAX_GENERATED),
      z.array(
        z.union(
          [name, partitionSchema],
          expects('the name of a partition (beginning with a letter), or a map with one'),
        ),
      ),
    ],
    expects('a number of partitions, or a list of them'),
  )
  .optional()
  .describe(
    "Names, or a number (then p1, p2, …), or maps. Default: one partition with the table's name, as in Doris.",
  );

const rollups = z
  .union([count(0, MAX_ROLLUPS), z.array(name)], expects('a number of rollups, or a list of names'))
  .optional()
  .describe('Rollups or synchronous materialized views: names, or a number (then r1, r2, …).')
  .meta({ default: 0 });

const tableSchema = keys({
  name: namePattern.describe("The table's name; with count, a pattern such as t{i}."),
  count: count(1, MAX_GENERATED)
    .optional()
    .describe('Stands for this many tables: {i} in the name goes from 1 to count.'),
  type: z
    .enum(TABLE_TYPES)
    .default('OLAP')
    .describe('Only OLAP tables hold shards; views are backed up as definitions.'),
  definition: z.string().optional().describe('The query of a VIEW.'),
  partitions,
  buckets: buckets
    .optional()
    .describe('Shards of each index of each partition.')
    .meta({ default: TABLE_DEFAULTS.buckets }),
  rollups,
  rollupRatio: z
    .number()
    .positive()
    .max(MAX_RATIO)
    .optional()
    .describe("Size of a rollup's files relative to the base table's.")
    .meta({ default: TABLE_DEFAULTS.rollupRatio }),
  filesPerShard: filesPerShard
    .optional()
    .describe('Segment files of a shard.')
    .meta({ default: TABLE_DEFAULTS.filesPerShard }),
  fileSize: sizeDistribution.optional().describe('Size of a segment file.').meta({ default: '1 MiB' }),
  replication: count(1, 100_000).optional().describe("Copies of each shard; default: the cluster's."),
});

export const databaseSchema = keys({
  name: name.describe("The database's name."),
  tables: z.array(tableSchema).describe('Its tables, in the order of their creation.'),
});

/** The keys of a table that only make sense where there are shards. */
export const SHARD_KEYS = [
  'partitions',
  'buckets',
  'rollups',
  'rollupRatio',
  'filesPerShard',
  'fileSize',
  'replication',
] as const;

export type DatabaseInput = z.output<typeof databaseSchema>;
export type TableInput = z.output<typeof tableSchema>;
export type PartitionInput = z.output<typeof partitionSchema>;
