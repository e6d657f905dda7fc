import test from 'ava';
import { NoResend } from '../../../src/fuzz/checkers/no-resend.js';
import type { NodeTask } from '../../../src/node/index.js';
import type { Seen } from '../../../src/world/virtual/witness.js';
import { begun, did, fault, journal, judge, sceneFor, stored, upload } from '../trace.js';

const scene = sceneFor();
const first = scene.catalog.shards.firstFile[0]!;
const make = (): NoResend => new NoResend(scene);
const again = upload({ attempt: 2, node: 1 });
const put = (task: NodeTask, atMs: number): Seen =>
  did(task, { op: 'put', shard: 0, file: 0, checksum: undefined, hash: false }, first, atMs);
const rename = (task: NodeTask, atMs: number): Seen =>
  did(task, { op: 'rename', shard: 0, file: 0, checksum: first }, undefined, atMs);
const list = (task: NodeTask, atMs: number): Seen => did(task, { op: 'list', shard: 0 }, {}, atMs);
const sent = [begun(upload()), put(upload(), 1), rename(upload(), 2)];

test('what is not there is sent, also by two who cannot know of each other', (t) => {
  t.deepEqual(judge(make, [...sent, begun(again, 1)]), []);
  t.deepEqual(
    judge(make, [...sent.slice(0, 2), begun(again), list(again, 1), rename(upload(), 2), put(again, 3)]),
    [],
  );
});

test('sending what is there is noticed', (t) => {
  t.is(judge(make, [...sent, begun(again, 5), list(again, 6), put(again, 7)]).length, 1);
  t.is(judge(make, [...sent, begun(again, 5), put(again, 7)]).length, 1);
});

test('sending what was told to be there is noticed', (t) => {
  const check = did(again, { op: 'check', shard: 0, file: 0, checksum: first }, true, 6);
  t.is(judge(make, [begun(again, 5), list(again, 5), check, put(again, 7)]).length, 1);
});

test('an old listing excuses it, and so does a label that begins anew', (t) => {
  const stale = fault({ kind: 'stale-listing', fromMs: 0 }, 4);
  t.deepEqual(judge(make, [...sent, stale, begun(again, 5), list(again, 6), put(again, 7)]), []);
  const within = fault({ kind: 'stale-listing', fromMs: 1, forMs: 1 }, 5, 'ended');
  t.deepEqual(
    judge(make, [...sent, stale, stale, within, begun(again, 5.5), list(again, 6), put(again, 7)]),
    [],
    'one of two is over (seed 692848)',
  );
  const anew = journal(stored('PENDING', { id: 9 }), 4);
  t.deepEqual(judge(make, [...sent, anew, begun(again, 5), list(again, 6), put(again, 7)]), []);
});

test('what another one has taken away, because it holds other content, may be sent again (seed 70981)', (t) => {
  const other = did(again, { op: 'delete', shard: 0, file: 0, keep: first + 1 }, undefined, 4);
  t.deepEqual(judge(make, [...sent, begun(again, 3), other, begun(again, 5), put(again, 7)]), []);
  const same = did(again, { op: 'delete', shard: 0, file: 0, keep: first }, undefined, 4);
  t.is(judge(make, [...sent, begun(again, 3), same, begun(again, 5), put(again, 7)]).length, 1);
});

test('who was sent before it was there, and began so late, cannot know', (t) => {
  const late = sceneFor({ faults: [{ kind: 'messages', lost: 0, duplicated: 0, lateMs: 10, fromMs: 0 }] });
  t.deepEqual(
    judge(() => new NoResend(late), [...sent, begun(again, 5), put(again, 7)]),
    [],
  );
  t.is(judge(() => new NoResend(late), [...sent, begun(again, 15), put(again, 17)]).length, 1);
});
