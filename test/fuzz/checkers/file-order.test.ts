import test from 'ava';
import { FileOrder } from '../../../src/fuzz/checkers/file-order.js';
import type { Seen } from '../../../src/world/virtual/witness.js';
import { engine } from '../../fixtures/scenarios.js';
import { at, begun, did, judge, sceneFor, upload } from '../trace.js';

const scene = sceneFor();
const first = scene.catalog.shards.firstFile[0]!;
const task = upload();
const make = (): FileOrder => new FileOrder(scene);

const scan = did(task, { op: 'scan', shard: 0 }, { files: 2 });
const hash = (file: number, content = first + file): Seen =>
  did(task, { op: 'hash', shard: 0, file }, content);
const put = (file: number, atMs = 1): Seen =>
  did(task, { op: 'put', shard: 0, file, checksum: undefined, hash: false }, undefined, atMs);
const rename = (file: number, checksum = first + file, startMs = 2): Seen =>
  did(task, { op: 'rename', shard: 0, file, checksum }, undefined, 3, startMs);
const check = did(task, { op: 'check', shard: 0, file: 1, checksum: first + 1 }, true);
const sync = did(task, { op: 'sync', shard: 0 });
const finished = at(task, 'finished', 9);
const whole = (file: number): Seen[] => [hash(file), put(file), rename(file)];

test('hash, put, rename of every file is fine', (t) => {
  t.deepEqual(judge(make, [begun(task), scan, ...whole(0), ...whole(1), sync, finished]), []);
});

test('a file that is there already need not be sent', (t) => {
  t.deepEqual(judge(make, [begun(task), scan, ...whole(0), hash(1), check, sync, finished]), []);
});

const REFUSED: readonly (readonly [string, readonly Seen[], RegExp])[] = [
  ['sending without a snapshot', [hash(0), put(0)], /no whole snapshot/],
  ['renaming before the write ended', [scan, hash(0), put(0, 5), rename(0, first, 4)], /before all of it/],
  ['renaming what was never written', [scan, hash(0), rename(0)], /before all of it/],
  ['a name that is another content’s', [scan, hash(0), put(0), rename(0, first + 1)], /it holds/],
  ['naming a damaged file as it is', [scan, hash(0, 777), put(0), rename(0, 777)], /name of other content/],
  [
    'names that may be lost',
    [scan, ...whole(0), sync, ...whole(1), finished],
    /names of shard 0 may be lost/,
  ],
  ['names of an earlier try that may', [scan, ...whole(0), sync, hash(1), check, finished], /may be lost/],
  ['finishing without a file', [scan, ...whole(0), sync, finished], /1 of 2 files|with 1 of 2/],
  [
    'removing before the right content is there',
    [scan, hash(0), did(task, { op: 'delete', shard: 0, file: 0, keep: first })],
    /was removed before/,
  ],
  [
    'a final name where it can be seen half',
    [scan, hash(0), did(task, { op: 'put', shard: 0, file: 0, checksum: first, hash: false })],
    /seen half/,
  ],
];

for (const [what, trace, message] of REFUSED) {
  test(`noticed: ${what}`, (t) => {
    t.regex(judge(make, [begun(task), ...trace])[0]?.message ?? 'nothing', message);
  });
}

test('where sources are not checked, a damaged one is backed up as it is', (t) => {
  const shard = { database: 'example_db', table: 't', partition: 'p1', index: 't', bucket: 0 };
  const trusting = sceneFor({
    engine: engine('tuned', { checkSource: false }),
    faults: [{ kind: 'file-corrupt', node: 0, shard, file: 0, atMs: 0 }],
  });
  const trace = [begun(task), scan, hash(0, 777), put(0), rename(0, 777)];
  t.deepEqual(
    judge(() => new FileOrder(trusting), trace),
    [],
  );
});
