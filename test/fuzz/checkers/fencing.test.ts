import test from 'ava';
import { Fencing } from '../../../src/fuzz/checkers/fencing.js';
import type { ReleaseTask } from '../../../src/node/index.js';
import { at, begun, did, fault, JOB, judge, upload } from '../trace.js';

const make = (): Fencing => new Fencing(1000);
const release: ReleaseTask = {
  kind: 'release',
  taskId: 0,
  jobId: JOB,
  node: 0,
  attempt: 1,
  shards: new Int32Array(0),
};
const scan = { op: 'scan', shard: 0 } as const;

test('the newest coordinator is obeyed, and what had begun before may end', (t) => {
  const trace = [
    begun(upload(), 0, 1),
    begun(upload({ taskId: 2 }), 5, 2),
    did(upload(), scan, undefined, 7, 4, 1),
  ];
  t.deepEqual(judge(make, trace), []);
  t.deepEqual(judge(make, [begun(upload({ node: 1 }), 0, 2), begun(upload(), 5, 1)]), []);
});

test('an older coordinator that is obeyed is noticed', (t) => {
  t.is(judge(make, [begun(upload(), 0, 2), begun(upload({ taskId: 2 }), 5, 1)]).length, 1);
  const late = [
    begun(upload(), 0, 1),
    begun(upload({ taskId: 2 }), 5, 2),
    did(upload(), scan, undefined, 7, 6, 1),
  ];
  t.is(judge(make, late).length, 1);
});

test('a node that goes on though nobody has asked it for long is noticed', (t) => {
  const asked = (atMs: number, node = 0) => ({ kind: 'asked', atMs, node }) as const;
  const doing = (atMs: number) => did(upload(), scan, undefined, atMs, atMs - 1, 1);
  t.deepEqual(judge(make, [begun(upload(), 0, 1), doing(5000)]), [], 'where nobody is asked');
  t.deepEqual(judge(make, [asked(0), begun(upload(), 0, 1), doing(1001)]), []);
  t.is(judge(make, [asked(0), begun(upload(), 0, 1), doing(1100)]).length, 1);
  t.deepEqual(judge(make, [asked(0), begun(upload(), 0, 1), asked(800), doing(1100)]), []);
  t.is(judge(make, [asked(0), asked(800, 1), begun(upload(), 1100, 1)]).length, 1, 'another one was');
  t.deepEqual(judge(make, [asked(0), begun(release, 5000, 1)]), [], 'it may always clean up');
  const died = fault({ kind: 'node-crash', node: 0, atMs: 5, disk: 'kept', downMs: 1 }, 5);
  t.is(judge(make, [asked(0), died, begun(upload(), 10, 1)]).length, 1, 'its memory is gone');
});

test('a job that was released is over on that node', (t) => {
  const over = [begun(release, 1), at(release, 'finished', 2)];
  t.deepEqual(judge(make, [...over, begun(upload({ node: 1 }), 3), begun(upload({ jobId: 7 }), 3)]), []);
  t.is(judge(make, [...over, begun(upload(), 3)]).length, 1);
  t.is(judge(make, [begun(upload(), 0), ...over, did(upload(), scan, undefined, 4, 3)]).length, 1);
});
