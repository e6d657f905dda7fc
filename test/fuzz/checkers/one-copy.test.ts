import test from 'ava';
import { OneCopy } from '../../../src/fuzz/checkers/one-copy.js';
import { at, begun, journal, judge, sceneFor, stored, upload } from '../trace.js';

const scene = sceneFor();
const make = (): OneCopy => new OneCopy(scene);
const { id } = scene.catalog.shards;
const ids = Int32Array.of(id[0]!, id[1]!);

test('each shard once, and again after a failure, is fine', (t) => {
  const trace = [
    journal(stored('SNAPSHOTING', { plan: { shards: ids, nodes: Int32Array.of(0, 1) } })),
    begun(upload()),
    at(upload(), 'failed', 1),
    begun(upload({ node: 1 }), 2),
    at(upload({ node: 1 }), 'finished', 3),
    begun(upload({ taskId: 2, shards: Int32Array.of(1) }), 3),
  ];
  t.deepEqual(judge(make, trace), []);
});

test('a second copy is noticed', (t) => {
  const other = upload({ taskId: 2, node: 1 });
  t.regex(judge(make, [begun(upload()), begun(other)])[0]!.message, /which node 0 has begun/);
  const trace = [begun(upload()), at(upload(), 'finished', 1), begun(other, 2)];
  t.regex(judge(make, trace)[0]!.message, /which node 0 has finished/);
});

test('where nodes can be taken for lost, it is no fault', (t) => {
  const shaky = sceneFor({ faults: [{ kind: 'messages', fromMs: 0, lost: 0.5, duplicated: 0, lateMs: 0 }] });
  const trace = [begun(upload()), begun(upload({ taskId: 2, node: 1 }))];
  t.deepEqual(
    judge(() => new OneCopy(shaky), trace),
    [],
  );
});

test('a plan that names a shard twice, or a node without a replica, is noticed', (t) => {
  const twice = { shards: Int32Array.of(id[0]!, id[0]!), nodes: Int32Array.of(0, 1) };
  t.regex(judge(make, [journal(stored('SNAPSHOTING', { plan: twice }))])[0]!.message, /more than once/);
  const nowhere = { shards: ids, nodes: Int32Array.of(0, 7) };
  t.regex(judge(make, [journal(stored('SNAPSHOTING', { plan: nowhere }))])[0]!.message, /has no replica/);
});
