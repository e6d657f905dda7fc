import test from 'ava';
import * as fc from 'fast-check';
import { taskProcedure, type UploadTask } from '../../src/node/index.js';
import { contentOf, ModelWorld, NOTHING, type Stored } from './model-world.js';

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
  ...mode,
});

const told = (mode: Partial<UploadTask>, stored: Readonly<Record<string, Stored>> = {}): string[] => {
  const world = new ModelWorld({ 3: 2, 5: 0 });
  for (const [file, what] of Object.entries(stored)) world.stored.set(file, what);
  world.run(taskProcedure(upload([3, 5], mode)));
  return world.told;
};

const whole = (...contents: readonly number[]): Stored => ({
  part: undefined,
  whole: new Map(contents.map((content) => [content, content])),
});

test('one pass: hashed while it is sent, then renamed', (t) => {
  t.deepEqual(told({}), [
    'scan 3',
    'put 3/0.part hashing',
    'rename 3/0.3001',
    'put 3/1.part hashing',
    'rename 3/1.3002',
    'sync 3',
    'report 1',
    'scan 5',
    'report 1',
  ]);
});

test('separate: hashed, then sent, then renamed', (t) => {
  t.deepEqual(told({ onePass: false }).slice(0, 9), [
    'scan 3',
    'hash 3/0',
    'put 3/0.part',
    'rename 3/0.3001',
    'hash 3/1',
    'put 3/1.part',
    'rename 3/1.3002',
    'sync 3',
    'report 1',
  ]);
});

test('without rename: hashed, then sent under its final name', (t) => {
  t.deepEqual(told({ onePass: false, rename: false }).slice(0, 6), [
    'scan 3',
    'hash 3/0',
    'put 3/0.3001',
    'hash 3/1',
    'put 3/1.3002',
    'report 1',
  ]);
});

test('probing: one list a shard; with nothing there, files go as without', (t) => {
  for (const mode of [{}, { onePass: false }, { onePass: false, rename: false }]) {
    const plain = told(mode);
    const probing = told({ ...mode, probe: true });
    t.deepEqual(
      probing.filter((op) => op.startsWith('list')),
      ['list 3', 'list 5'],
    );
    t.is(probing[1], 'list 3');
    t.deepEqual(
      probing.filter((op) => !op.startsWith('list')),
      plain,
    );
  }
});

test('probing: a listing that also shows what was uploaded after it costs no requests more', (t) => {
  for (const mode of [{}, { onePass: false }, { onePass: false, rename: false }]) {
    const world = new ModelWorld({ 3: 2, 5: 0 });
    world.hasLiveListings = true;
    world.run(taskProcedure(upload([3, 5], { ...mode, probe: true })));
    t.deepEqual(world.told, told({ ...mode, probe: true }));
  }
});

test('probing: a file that is there is hashed and looked at, not sent, and costs nothing else', (t) => {
  t.deepEqual(told({ probe: true }, { '3/0': whole(3001) }).slice(0, 8), [
    'scan 3',
    'list 3',
    'hash 3/0',
    'check 3/0',
    'put 3/1.part hashing',
    'rename 3/1.3002',
    'sync 3',
    'report 1',
  ]);
});

test('names are synced also where an earlier try has given all of them', (t) => {
  t.deepEqual(told({ probe: true }, { '3/0': whole(3001), '3/1': whole(3002) }).slice(2, 8), [
    'hash 3/0',
    'check 3/0',
    'hash 3/1',
    'check 3/1',
    'sync 3',
    'report 1',
  ]);
});

test('probing: a .part or older content is replaced, and removed only after the new file is whole', (t) => {
  const half: Stored = { part: 1, whole: new Map([[42, 42]]) };
  t.deepEqual(told({ probe: true }, { '3/1': half }).slice(2, 8), [
    'put 3/0.part hashing',
    'rename 3/0.3001',
    'hash 3/1',
    'put 3/1.part',
    'rename 3/1.3002',
    'delete 3/1 but .3002',
  ]);
  t.deepEqual(told({ probe: true, onePass: false, rename: false }, { '3/1': half }).slice(4, 7), [
    'hash 3/1',
    'put 3/1.3002',
    'delete 3/1 but .3002',
  ]);
});

/** Modes that a job asks for: hashing while sending needs a rename. */
const modes = fc.constantFrom(
  { onePass: true, rename: true },
  { onePass: false, rename: true },
  { onePass: false, rename: false },
);
const fileCounts = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });

/** What an earlier try may have left of a file. */
const leftover = fc.record({
  part: fc.boolean(),
  ours: fc.boolean(),
  older: fc.array(fc.integer({ min: 100_000 }), { maxLength: 2 }),
});

function worldWith(counts: readonly number[]): ModelWorld {
  return new ModelWorld(Object.fromEntries(counts.entries()));
}

const files = (counts: readonly number[]): (readonly [shard: number, file: number])[] =>
  counts.flatMap((count, shard) => Array.from({ length: count }, (_, file) => [shard, file] as const));

const allOf = (counts: readonly number[], mode: Partial<UploadTask>): UploadTask =>
  upload([...counts.keys()], mode);

test('whatever an earlier try left: every file is there once and whole, nothing else is, and only what was missing was sent', (t) => {
  fc.assert(
    fc.property(fileCounts, modes, fc.infiniteStream(leftover), (counts, mode, leftovers) => {
      const world = worldWith(counts);
      let there = 0;
      for (const [shard, file] of files(counts)) {
        const { part, ours, older } = leftovers.next().value as {
          part: boolean;
          ours: boolean;
          older: number[];
        };
        if (ours) there++;
        world.stored.set(`${shard}/${file}`, {
          part: part ? 7 : undefined,
          whole: new Map(
            [...older, ...(ours ? [contentOf(shard, file)] : [])].map((content) => [content, content]),
          ),
        });
      }
      const report = world.run(taskProcedure(allOf(counts, { ...mode, probe: true })));
      for (const [shard, file] of files(counts))
        t.deepEqual(world.storedOf(shard, file), whole(contentOf(shard, file)));
      t.deepEqual(report, {
        movedFiles: files(counts).length - there,
        skippedFiles: there,
        checksums: counts.map((count, shard) =>
          Array.from({ length: count }, (_, file) => contentOf(shard, file)),
        ),
      });
      t.is(world.told.filter((op) => op.startsWith('put')).length, report.movedFiles);
      t.is(world.told.filter((op) => op === 'report 1').length, counts.length);
    }),
  );
});

test('failed at any operation, the task fails with that error; tried again, it sends what is not whole and leaves nothing else', (t) => {
  fc.assert(
    fc.property(fileCounts, modes, fc.boolean(), fc.nat(), (counts, mode, probe, draw) => {
      const operations = worldWith(counts);
      operations.run(taskProcedure(allOf(counts, { ...mode, probe })));
      if (operations.log.length === 0) return;
      const failAt = draw % operations.log.length;
      const world = worldWith(counts);
      const failure = new Error('connection reset');
      const procedure = taskProcedure(allOf(counts, { ...mode, probe }));
      t.is(
        t.throws(() => world.run(procedure, failAt, failure)),
        failure,
      );
      t.true(procedure.next().done);
      t.is(world.log.length, failAt + 1);
      const isWhole = (file: Stored): boolean => file.whole.size > 0;
      const there = [...world.stored.values()].filter(isWhole).length;
      const report = world.run(taskProcedure(allOf(counts, { ...mode, probe: true })));
      t.is(report.skippedFiles, there);
      t.is(report.movedFiles, files(counts).length - there);
      for (const [shard, file] of files(counts))
        t.deepEqual(world.storedOf(shard, file), whole(contentOf(shard, file)));
    }),
  );
});

test('an error of a listing, a hash or a rename ends the task at once', (t) => {
  for (const [failAt, op] of [
    [0, 'scan'],
    [1, 'list'],
    [2, 'hash'],
    [3, 'put'],
    [4, 'rename'],
  ] as const) {
    const world = new ModelWorld({ 3: 2 });
    t.throws(() => world.run(taskProcedure(upload([3], { probe: true, onePass: false })), failAt), {
      message: 'the disk is gone',
    });
    t.is(world.log.at(-1)?.op, op);
    t.is(world.log.length, failAt + 1);
    t.is(world.storedOf(3, 1), NOTHING);
  }
});
