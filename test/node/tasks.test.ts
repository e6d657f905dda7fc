import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import { checksumText, NOTHING_THERE, taskProcedure, type DownloadTask } from '../../src/node/index.js';
import { contentOf, ModelWorld } from './model-world.js';

const TASK = { taskId: 1, attempt: 1, jobId: 9, node: 0 };
const world = (): ModelWorld => new ModelWorld({ 3: 2, 4: 0, 5: 1 });
const SHARDS = Int32Array.of(5, 4, 3);

const download = (expected: DownloadTask['expected']): DownloadTask => ({
  ...TASK,
  kind: 'download',
  shards: SHARDS,
  expected,
});

test('a snapshot links shard by shard, in the task’s order', (t) => {
  const model = world();
  const report = model.run(taskProcedure({ ...TASK, kind: 'snapshot', shards: SHARDS }));
  t.deepEqual(model.told, ['link 5', 'link 4', 'link 3']);
  t.deepEqual(report, { movedFiles: 0, skippedFiles: 0 });
});

test('an install puts shard by shard into place', (t) => {
  const model = world();
  model.run(taskProcedure({ ...TASK, kind: 'install', shards: SHARDS }));
  t.deepEqual(model.told, ['install 5', 'install 4', 'install 3']);
});

test('a release drops what its job left, and nothing of others', (t) => {
  const model = world();
  model.run(taskProcedure({ ...TASK, kind: 'release', shards: new Int32Array(0) }));
  t.deepEqual(model.told, ['drop 9']);
});

test('a release removes the replicas that nobody needs any more', (t) => {
  const model = world();
  model.run(taskProcedure({ ...TASK, kind: 'release', shards: Int32Array.of(4, 2) }));
  t.deepEqual(model.told, ['drop 9', 'remove 4', 'remove 2']);
});

test('a sweep names what is to stay', (t) => {
  const model = world();
  model.run(taskProcedure({ ...TASK, kind: 'sweep', keepJobs: [7], keepShardIds: Int32Array.of(4) }));
  t.deepEqual(model.told, ['sweep']);
});

test('a download fetches every file of every shard and reports each shard', (t) => {
  const model = world();
  const expected = [[contentOf(5, 0)], [], [contentOf(3, 0), contentOf(3, 1)]];
  const report = model.run(taskProcedure(download(expected)));
  t.deepEqual(model.told, ['get 5/0', 'report 1', 'report 1', 'get 3/0', 'get 3/1', 'report 1']);
  t.deepEqual(report, { movedFiles: 3, skippedFiles: 0 });
  t.deepEqual([...model.staged.keys()], ['5/0', '3/0', '3/1']);
});

test('a download stops at the first file with other bytes, and says what it got and what it should have got', (t) => {
  const model = world();
  const procedure = taskProcedure(download([[contentOf(5, 0)], [], [123, contentOf(3, 1)]]));
  const error = t.throws(() => model.run(procedure), { instanceOf: DrillError, code: 'CHECKSUM_MISMATCH' });
  t.regex(error.message, /file 0 .* checksum 3001; .* 123$/);
  t.regex(error.hint!, /drill verify/);
  t.deepEqual(model.told.at(-1), 'get 3/0');
});

const EVERY_KIND = [
  { ...TASK, kind: 'snapshot', shards: SHARDS },
  { ...TASK, kind: 'install', shards: SHARDS },
  { ...TASK, kind: 'release', shards: new Int32Array(0) },
  download([[contentOf(5, 0)], [], []]),
] as const;

for (const task of EVERY_KIND) {
  test(`${task.kind}: the error of an operation is the task’s`, (t) => {
    const model = world();
    const failure = new Error('no space');
    t.is(
      t.throws(() => model.run(taskProcedure(task), 0, failure)),
      failure,
    );
    t.is(model.log.length, 1);
  });
}

test('a checksum as text: hex as it is, a number as 32 hex digits', (t) => {
  t.is(checksumText('d41d8cd98f00b204e9800998ecf8427e'), 'd41d8cd98f00b204e9800998ecf8427e');
  t.is(checksumText(0), '0'.repeat(32));
  t.is(checksumText(255), `${'0'.repeat(30)}ff`);
  t.is(checksumText(2 ** 53 - 1), `${'0'.repeat(18)}1fffffffffffff`);
});

test('where nothing is there, there are no files and no traces', (t) => {
  t.false(NOTHING_THERE.has(0, 1));
  t.false(NOTHING_THERE.hasTraces(0));
});
