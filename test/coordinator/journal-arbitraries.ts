import * as fc from 'fast-check';
import type { CatalogChange } from '../../src/catalog/index.js';
import type {
  JournalChange,
  StoredBackup,
  StoredJob,
  StoredRepository,
  StoredRestore,
} from '../../src/coordinator/journal.js';
import type { Limits, LimitsSince, UploadedShards, WorkPlan } from '../../src/job/index.js';

const whole = fc.nat();
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', 'NULL', '\0', "'\\\n"));

const optional = <T, K extends string>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [P in K]?: T }> =>
  fc.oneof(
    fc.constant({}),
    value.map((it) => ({ [key]: it }) as { [P in K]?: T }),
  );

const state = fc.record({
  state: fc.constantFrom('PENDING' as const, 'UPLOADING' as const, 'DOWNLOAD' as const, 'CANCELLED' as const),
  atMs: fc.oneof(whole, fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })),
});

const error = fc
  .tuple(
    fc.record({ code: fc.constantFrom('NODE_LOST' as const, 'JOB_TIMEOUT' as const), message: text }),
    optional('hint', text),
    optional('place', fc.record({ line: whole, column: whole })),
  )
  .map(([a, b, c]) => ({ ...a, ...b, ...c }));

const backup: fc.Arbitrary<StoredBackup> = fc
  .tuple(
    fc.record({
      kind: fc.constant('backup' as const),
      content: fc.constantFrom('all' as const, 'metadata_only' as const),
      canRename: fc.boolean(),
      leftovers: fc.boolean(),
      backupTime: fc.constant('2026-01-31-23-59-59'),
    }),
    optional('manifestBytes', whole),
    optional('bundleBelowBytes', whole),
  )
  .map(([a, b, c]) => ({ ...a, ...b, ...c }));

const restore: fc.Arbitrary<StoredRestore> = fc
  .tuple(
    fc.record({ kind: fc.constant('restore' as const), allowLoad: fc.boolean() }),
    optional('timestamp', text),
    optional('replication', whole),
  )
  .map(([a, b, c]) => ({ ...a, ...b, ...c }));

const checksum = fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), fc.maxSafeNat());

const ordinals = (length: number): fc.Arbitrary<Int32Array> =>
  fc.array(whole, { minLength: length, maxLength: length }).map((all) => Int32Array.from(all));

export const plans: fc.Arbitrary<WorkPlan> = fc
  .nat(5)
  .chain((length) => fc.record({ shards: ordinals(length), nodes: ordinals(length) }));

const bundle = fc.record({ firstFile: whole, files: whole, checksum });

export const uploads: fc.Arbitrary<UploadedShards> = fc.nat(5).chain((length) => {
  const ofShards = <T>(each: fc.Arbitrary<T>) =>
    fc.array(fc.array(each, { maxLength: 3 }), { minLength: length, maxLength: length });
  return fc
    .tuple(
      fc.record({ shards: ordinals(length), checksums: ofShards(checksum) }),
      optional('bundles', ofShards(bundle)),
    )
    .map(([a, b]) => ({ ...a, ...b }));
});

const limits: fc.Arbitrary<Limits> = fc.record(
  {
    bytesPerSec: fc.integer({ min: 1 }),
    requestsPerSec: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    transfers: fc.integer({ min: 1 }),
  },
  { requiredKeys: [] },
);

const limitHistory: fc.Arbitrary<LimitsSince[]> = fc.array(
  fc.record({ sinceMs: whole, limits: fc.record({ job: limits, node: limits }) }),
  { minLength: 1, maxLength: 3 },
);

/** Few ids, so that records meet. */
const jobIds = fc.integer({ min: 20_001, max: 20_004 });
const repositoryNames = fc.constantFrom('r', 'R', 'backup-1', 'a_b');

export const jobs: fc.Arbitrary<StoredJob> = fc
  .tuple(
    fc.record({
      id: jobIds,
      statement: text,
      label: text,
      databaseId: whole,
      database: text,
      repository: text,
      createdAtMs: whole,
      timeoutMs: whole,
      states: fc.array(state, { minLength: 1, maxLength: 4 }),
      restarts: whole,
      objects: text,
      skippedTables: fc.array(text, { maxLength: 3 }),
      totals: fc.record({ shards: whole, files: whole, sizeBytes: fc.maxSafeNat() }),
      detail: fc.oneof(backup, restore),
    }),
    optional('error', error),
    optional('plan', plans),
    optional('uploaded', uploads),
    optional('limitHistory', limitHistory),
  )
  .map(([a, b, c, d, e]) => ({ ...a, ...b, ...c, ...d, ...e }));

export const repositories: fc.Arbitrary<StoredRepository> = fc.record({
  id: whole,
  name: repositoryNames,
  readOnly: fc.boolean(),
  isGiven: fc.boolean(),
  createdAtMs: whole,
  spec: fc.oneof(
    fc
      .tuple(
        fc.record({ kind: fc.constant('local' as const), directory: text, durable: fc.boolean() }),
        optional('bundleBelowBytes', whole),
      )
      .map(([a, b]) => ({ ...a, ...b })),
    fc
      .tuple(
        fc.record({
          kind: fc.constant('s3' as const),
          region: text,
          bucket: text,
          prefix: text,
          addressing: fc.constantFrom('path' as const, 'virtual-hosted' as const),
        }),
        optional('endpoint', text),
      )
      .map(([a, b]) => ({ ...a, ...b })),
  ),
});

const shard = fc.record({
  id: whole,
  fileSizeBytes: fc.array(whole, { maxLength: 3 }),
  replicaNodes: fc.array(whole, { maxLength: 3 }),
});
const index = fc.record({
  id: whole,
  name: text,
  base: fc.boolean(),
  visible: fc.boolean(),
  shards: fc.array(shard, { maxLength: 2 }),
});
const partition = fc.record({
  id: whole,
  name: text,
  version: whole,
  indexes: fc.array(index, { maxLength: 2 }),
});
const table = fc.record({
  id: whole,
  name: text,
  replication: whole,
  partitions: fc.array(partition, { maxLength: 2 }),
});

export const catalogChanges: fc.Arbitrary<CatalogChange> = fc.oneof(
  fc.record({ kind: fc.constant('put-table' as const), database: text, table }),
  fc.record({
    kind: fc.constant('put-view' as const),
    database: text,
    view: fc.record({ id: whole, name: text, definition: text }),
  }),
  fc.record({ kind: fc.constant('drop-table' as const), database: text, name: text }),
);

export const journalChanges: fc.Arbitrary<JournalChange> = fc.oneof(
  { weight: 4, arbitrary: jobs.map((job): JournalChange => ({ kind: 'job', job })) },
  jobIds.map((jobId): JournalChange => ({ kind: 'forget-job', jobId })),
  repositories.map((repository): JournalChange => ({ kind: 'repository', repository })),
  repositoryNames.map((name): JournalChange => ({ kind: 'drop-repository', name })),
  catalogChanges.map((change): JournalChange => ({ kind: 'catalog', change })),
  fc.maxSafeNat().map((generation): JournalChange => ({ kind: 'generation', generation })),
);
