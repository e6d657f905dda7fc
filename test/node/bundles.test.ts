import test from 'ava';
import * as fc from 'fast-check';
import {
  bundledFiles,
  MAX_BUNDLE_BYTES,
  taskProcedure,
  type DownloadTask,
  type UploadTask,
} from '../../src/node/index.js';
import { bundleOf, contentOf, ModelWorld } from './model-world.js';

const KIB = 1024;

/** The objects of a shard with files of these sizes: how many files each holds. */
function objects(sizes: readonly number[], belowBytes: number): number[] {
  const sized = { files: sizes.length, sizeBytes: (file: number) => sizes[file]! };
  const counts: number[] = [];
  for (let file = 0; file < sizes.length; file += counts.at(-1)!)
    counts.push(bundledFiles(file, sized, belowBytes));
  return counts;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sizes = fc.array(fc.oneof(fc.nat({ max: 100 * KIB }), fc.nat({ max: 2 * MAX_BUNDLE_BYTES })), {
  maxLength: 300,
});

test('every file is in one object, in order; a bundle has small files only and is bounded, and two that could be one are', (t) => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: MAX_BUNDLE_BYTES }), (all, belowBytes) => {
      const counts = objects(all, belowBytes);
      t.is(sum(counts), all.length);
      let at = 0;
      for (const [i, count] of counts.entries()) {
        const inside = all.slice(at, (at += count));
        t.true(count >= 1);
        if (count > 1) {
          t.true(inside.every((size) => size < belowBytes));
          t.true(sum(inside) <= MAX_BUNDLE_BYTES);
        }
        const next = all[at];
        if (i === counts.length - 1 || inside.some((size) => size >= belowBytes)) continue;
        t.true(
          next! >= belowBytes || sum(inside) + next! > MAX_BUNDLE_BYTES,
          'the next one would have fitted',
        );
      }
    }),
  );
});

test('a bundle is full at its limit, not before', (t) => {
  const half = MAX_BUNDLE_BYTES / 2;
  t.deepEqual(objects([half, half, 0, 1], MAX_BUNDLE_BYTES), [3, 1]);
  t.deepEqual(objects([0, 0, 5, 0, 0], 5), [2, 1, 2]);
});

/** Files of a model are a byte each: all of a shard's go into one bundle. */
const upload = (shards: readonly number[], mode: Partial<UploadTask> = {}): UploadTask => ({
  kind: 'upload',
  taskId: 1,
  attempt: 1,
  relink: false,
  checkSource: true,
  jobId: 1,
  node: 0,
  shards: Int32Array.from(shards),
  probe: false,
  rename: true,
  onePass: true,
  bundleBelowBytes: 2,
  ...mode,
});

function told(mode: Partial<UploadTask> = {}): string[] {
  const world = new ModelWorld({ 3: 2, 5: 1 });
  world.run(taskProcedure(upload([3, 5], mode)));
  return world.told;
}

test('a bundle is sent as a file is; a file that is alone is no bundle', (t) => {
  t.deepEqual(told(), [
    'scan 3',
    'put 3/0+1.part hashing',
    `rename 3/0+1.${bundleOf(3, 0, 2)}`,
    'sync 3',
    'report 1',
    'scan 5',
    'put 5/0.part hashing',
    'rename 5/0.5001',
    'sync 5',
    'report 1',
  ]);
  t.deepEqual(told({ onePass: false }).slice(1, 4), [
    'hash 3/0+1',
    'put 3/0+1.part',
    `rename 3/0+1.${bundleOf(3, 0, 2)}`,
  ]);
  t.deepEqual(told({ onePass: false, rename: false }).slice(1, 3), [
    'hash 3/0+1',
    `put 3/0+1.${bundleOf(3, 0, 2)}`,
  ]);
});

const modes = fc.constantFrom(
  { onePass: true, rename: true },
  { onePass: false, rename: true },
  { onePass: false, rename: false },
);

test('failed at any operation and tried again: every bundle is there, whole and once, and is reported', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 4 }), modes, fc.nat(), (counts, mode, draw) => {
      const shards = [...counts.keys()];
      const world = new ModelWorld(Object.fromEntries(counts.entries()));
      const first = new ModelWorld(Object.fromEntries(counts.entries()));
      first.run(taskProcedure(upload(shards, mode)));
      const failAt = draw % (first.log.length + 1);
      try {
        world.run(taskProcedure(upload(shards, mode)), failAt);
      } catch {
        // Planted.
      }
      const there = [...world.stored.values()].filter(({ whole }) => whole.size > 0).length;
      const putsBefore = world.told.filter((op) => op.startsWith('put')).length;
      const report = world.run(taskProcedure(upload(shards, { ...mode, probe: true, attempt: 2 })));
      const objectsOf = (files: number) => (files > 0 ? 1 : 0);
      const puts = world.told.filter((op) => op.startsWith('put')).length - putsBefore;
      t.is(puts, sum(counts.map(objectsOf)) - there, 'what is whole is not sent again');
      t.deepEqual(
        report.bundles,
        counts.map((files, shard) =>
          files < 2 ? [] : [{ firstFile: 0, files, checksum: bundleOf(shard, 0, files) }],
        ),
      );
      t.deepEqual(
        report.checksums,
        counts.map((files, shard) => Array.from({ length: files }, (_, file) => contentOf(shard, file))),
      );
      t.is(report.movedFiles + report.skippedFiles, sum(counts));
      for (const [shard, files] of counts.entries()) {
        if (files === 0) continue;
        const content = files === 1 ? contentOf(shard, 0) : bundleOf(shard, 0, files);
        t.deepEqual(world.storedOf(shard, 0), { part: undefined, whole: new Map([[content, content]]) });
      }
    }),
  );
});

test('a download fetches each bundle once, and refuses one in which a file is not what it should be', (t) => {
  const task = (expected: number[]): DownloadTask => ({
    kind: 'download',
    taskId: 1,
    jobId: 1,
    node: 0,
    attempt: 1,
    shards: Int32Array.of(4),
    expected: [expected],
    bundles: [[{ firstFile: 1, files: 2, checksum: 1 }]],
  });
  const world = new ModelWorld({ 4: 4 });
  const report = world.run(taskProcedure(task([4001, 4002, 4003, 4004])));
  t.deepEqual(world.told, ['get 4/0', 'get 4/1+1', 'get 4/3', 'report 1']);
  t.is(report.movedFiles, 4);
  t.deepEqual([...world.staged.values()], [4001, 4002, 4003, 4004]);
  t.throws(() => new ModelWorld({ 4: 4 }).run(taskProcedure(task([4001, 4002, 7, 4004]))), {
    code: 'CHECKSUM_MISMATCH',
    message: /^file 2 /,
  });
});
