import * as z from 'zod';
import { isChecksum } from './layout.js';
import {
  BUNDLES_FORMAT_VERSION,
  MANIFEST_FORMAT_VERSION,
  type RepoInfo,
  type SnapshotInfo,
  type SnapshotMeta,
} from './manifest-types.js';
import { isFileName, isLabel, isRepositoryName, MAX_FILE_NAME_BYTES } from './names.js';
import { parseTimestamp } from './timestamp.js';

/*
 * What each value of a document must be. The messages complete "<value> is no good: it must be …". Shapes only: what has
 * to be unique, and what has to fit together, is checked by src/repository/manifest.ts, which costs less there.
 *
 * Keys that are not known here are dropped: they are how a later program adds what an older one need not know.
 */

/** Long enough for any name in any cluster, short enough to print. */
const MAX_NAME_CHARACTERS = 1024;

const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u;

const text = (ok: (value: string) => boolean, error: string) => z.string({ error }).refine(ok, { error });
const count = z
  .int({ error: 'a whole number from 0 to 2^53 - 1' })
  .min(0, 'a whole number from 0 to 2^53 - 1');
const positive = z.int({ error: 'a whole number, at least 1' }).min(1, 'a whole number, at least 1');
const list = <T extends z.ZodType>(element: T) => z.array(element, { error: 'a list' });
const record = <T extends z.ZodRawShape>(shape: T) => z.object(shape, { error: 'an object' });

const formatVersion = z.literal(MANIFEST_FORMAT_VERSION, { error: `${MANIFEST_FORMAT_VERSION}` });
const name = text(
  (value) => value !== '' && value.length <= MAX_NAME_CHARACTERS && !UNPRINTABLE.test(value),
  `a name: 1 to ${MAX_NAME_CHARACTERS} characters without control characters`,
);
const label = text(isLabel, 'a label: 1 to 128 letters, digits, "-", "_" or ":"');
const repository = text(isRepositoryName, 'a repository\'s name: a letter, then letters, digits, "-" or "_"');
const timestamp = text((value) => parseTimestamp(value) !== undefined, 'a time like 2026-01-31-23-59-59');
const view = record({ name, definition: z.string({ error: 'a text' }) });

const file = record({
  name: text(isFileName, `a file name: no "/", no control characters, at most ${MAX_FILE_NAME_BYTES} bytes`),
  sizeBytes: count,
  checksum: text(isChecksum, 'an MD5: 32 lower-case hex digits'),
});

const bundle = record({
  firstFile: count,
  files: z.int({ error: 'a whole number, at least 2' }).min(2, 'a whole number, at least 2'),
  checksum: text(isChecksum, 'an MD5: 32 lower-case hex digits'),
});

const shard = record({ id: count, bucket: count, files: list(file), bundles: list(bundle).exactOptional() });

const infoTable = record({
  id: count,
  name,
  partitions: list(
    record({
      id: count,
      name,
      version: count,
      indexes: list(record({ id: count, name, shards: list(shard) })),
    }),
  ),
});

export const infoSchema: z.ZodType<SnapshotInfo> = record({
  formatVersion: z.literal([MANIFEST_FORMAT_VERSION, BUNDLES_FORMAT_VERSION], {
    error: `${MANIFEST_FORMAT_VERSION}, or ${BUNDLES_FORMAT_VERSION} with bundles`,
  }),
  label,
  repository,
  databaseId: count,
  databaseName: name,
  backupTime: timestamp,
  content: z.enum(['all', 'metadata_only'], { error: '"all" or "metadata_only"' }),
  skippedTables: list(name),
  tables: list(infoTable),
  views: list(view),
});

const metaTable = record({
  id: count,
  name,
  type: z.literal('OLAP', { error: '"OLAP"' }),
  replication: positive,
  partitions: list(
    record({
      id: count,
      name,
      version: count,
      indexes: list(record({ id: count, name, base: z.boolean({ error: 'true or false' }), buckets: count })),
    }),
  ),
});

export const metaSchema: z.ZodType<SnapshotMeta> = record({
  formatVersion,
  databaseName: name,
  tables: list(metaTable),
  views: list(view),
});

export const repoInfoSchema: z.ZodType<RepoInfo> = record({
  formatVersion,
  name: repository,
  createdAt: timestamp,
});
