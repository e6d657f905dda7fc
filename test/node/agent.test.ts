import test from 'ava';
import { NodeAgent, type NodeTask } from '../../src/node/index.js';

const LEASE_MS = 1000;
const upload = (taskId: number, changes: Partial<{ attempt: number; jobId: number }> = {}): NodeTask => ({
  kind: 'snapshot',
  taskId,
  attempt: 1,
  jobId: 7,
  node: 0,
  shards: Int32Array.of(1),
  ...changes,
});
const release = (taskId: number, jobId = 7): NodeTask =>
  ({ ...upload(taskId, { jobId }), kind: 'release' }) as NodeTask;
const sweep = (keepJobs: readonly number[]): NodeTask => ({
  kind: 'sweep',
  taskId: -1,
  attempt: 1,
  jobId: 0,
  node: 0,
  keepJobs,
  keepShardIds: new Int32Array(0),
});
/** A node that the first coordinator has just asked. */
const agent = (): NodeAgent<string> => {
  const node = new NodeAgent<string>(LEASE_MS);
  node.ask(1, -1, [], 0);
  return node;
};
const keyOf = ({ jobId, taskId, attempt }: NodeTask) => ({ jobId, taskId, attempt });

test('a task that comes twice is done once, and its end is told again', (t) => {
  const node = agent();
  t.is(node.receive(upload(1), 1, 0, 0).verdict, 'begin');
  t.is(node.receive(upload(1), 1, 0, 0).verdict, 'ignore');
  t.true(node.end(upload(1), 'done'));
  t.like(node.receive(upload(1), 1, 0, 0), { verdict: 'answer again', outcome: 'done' });
});

test('the newest coordinator is obeyed: what an older one sent is stopped, and not begun', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  node.receive(release(-1, 3), 1, 1, 0);
  const asked = node.ask(2, 2, [keyOf(upload(1))], 0);
  t.deepEqual(asked?.stop, [upload(1), release(-1, 3)]);
  t.deepEqual(asked?.statuses, [{ state: 'unknown' }]);
  t.is(node.receive(upload(2), 1, 3, 0).verdict, 'ignore');
  t.is(node.ask(1, 4, [], 0), undefined);
  t.is(node.receive(upload(2), 2, 5, 0).verdict, 'begin');
  t.false(node.end(upload(1), 'done'), 'nobody waits for it');
});

test('after a release, a task that was sent before it is not begun, and what runs of the job is stopped', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  t.deepEqual(node.receive(release(-1), 1, 5, 0).stop, [upload(1)]);
  t.is(node.receive(upload(2), 1, 3, 0).verdict, 'ignore');
  t.is(node.receive(upload(3), 1, 6, 0).verdict, 'begin');
  t.is(node.receive(upload(2, { jobId: 8 }), 1, 3, 0).verdict, 'begin');
});

test('a later attempt takes the place of an earlier one, whichever comes first', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  t.deepEqual(node.receive(upload(1, { attempt: 2 }), 1, 1, 0).stop, [upload(1)]);
  t.is(node.receive(upload(1), 1, 0, 0).verdict, 'ignore');
});

test('asked, a node stops what is not waited for, but not what was sent since; and tells what it has, had, or never had', (t) => {
  const node = agent();
  for (const [ordinal, taskId] of [1, 2, 3, 4].entries()) node.receive(upload(taskId), 1, ordinal, 0);
  node.end(upload(2), 'done');
  const asked = node.ask(1, 3, [upload(1), upload(2), upload(9)].map(keyOf), 0);
  t.deepEqual(asked?.statuses, [
    { state: 'running' },
    { state: 'ended', outcome: 'done' },
    { state: 'unknown' },
  ]);
  t.deepEqual(asked?.stop, [upload(3)]);
  t.is(node.receive(upload(3), 1, 2, 0).verdict, 'ignore', 'and what comes of it later is too late');
  node.ask(1, 10, [keyOf(upload(1))], 0);
  t.deepEqual(
    node.ask(1, 11, [keyOf(upload(2))], 0)?.statuses,
    [{ state: 'unknown' }],
    'it was told, and is forgotten',
  );
});

test('a sweep stops what is of no job that it keeps', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  node.receive(upload(1, { jobId: 8 }), 1, 1, 0);
  t.deepEqual(node.receive(sweep([8]), 1, 2, 0).stop, [upload(1)]);
});

test('a node that nobody asks stops everything but what cleans up', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  node.receive(release(-1, 3), 1, 1, 500);
  t.deepEqual(node.expire(LEASE_MS - 1), []);
  node.ask(1, 2, [keyOf(upload(1))], 900);
  t.deepEqual(node.expire(1899), []);
  t.deepEqual(node.expire(1900), [upload(1)]);
  t.false(node.isIdle);
});

test('what was stopped is not begun again by a message that comes twice', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  t.deepEqual(node.expire(LEASE_MS), [upload(1)]);
  t.is(node.receive(upload(1), 1, 0, LEASE_MS).verdict, 'ignore');
  node.ask(1, 1, [], LEASE_MS);
  t.is(node.receive(upload(1), 1, 0, LEASE_MS).verdict, 'ignore');
  t.is(node.receive(upload(1, { attempt: 2 }), 1, 2, LEASE_MS).verdict, 'begin');
});

test('a node that nobody asks begins nothing but what cleans up: what comes so late is others’ by then', (t) => {
  const node = agent();
  t.is(node.receive(upload(1), 1, 0, LEASE_MS).verdict, 'ignore');
  t.is(node.receive(release(-1), 1, 1, LEASE_MS).verdict, 'begin');
  node.ask(1, 2, [], LEASE_MS);
  t.is(node.receive(upload(2), 1, 3, 2 * LEASE_MS - 1).verdict, 'begin');
  t.is(new NodeAgent<string>(LEASE_MS).receive(upload(1), 1, 0, 0).verdict, 'ignore', 'nobody has asked yet');
});

test('a sweep that comes once more, when it is no longer waited for, drops nothing', (t) => {
  const node = agent();
  node.receive(sweep([]), 1, 0, 0);
  node.end(sweep([]), 'done');
  node.ask(1, 5, [], 0);
  t.is(node.receive(sweep([]), 1, 0, 0).verdict, 'ignore');
  t.is(node.receive(sweep([8]), 1, 6, 0).verdict, 'begin');
});

test('an abort stops what was sent before it', (t) => {
  const node = agent();
  node.receive(upload(1), 1, 0, 0);
  node.receive(upload(2), 1, 5, 0);
  t.deepEqual(node.abort(7, 3), [upload(1)]);
});
