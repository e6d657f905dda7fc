import test from 'ava';
import { Versions } from '../../../src/fuzz/checkers/versions.js';
import { fault, did, JOB, judge, sceneFor } from '../trace.js';

const task = {
  kind: 'snapshot',
  taskId: 1,
  jobId: JOB,
  node: 0,
  attempt: 1,
  shards: Int32Array.of(0),
} as const;
const link = (node: number, atMs = 5): Parameters<typeof judge>[1][number] =>
  did({ ...task, node }, { op: 'link', shard: 0 }, 2, atMs);
const shard = { database: 'example_db', table: 't', partition: 'p1', index: 't', bucket: 0 };

test('a snapshot of a fit replica is fine', (t) => {
  const scene = sceneFor();
  t.deepEqual(
    judge(() => new Versions(scene), [link(0), link(1)]),
    [],
  );
});

test('a snapshot of a replica that is behind, gone, or never was there is noticed', (t) => {
  const scene = sceneFor();
  const { replicaNode, firstReplica } = scene.catalog.shards;
  const behind = sceneFor({}, { brokenReplicas: [{ shard: 0, replica: 0, why: 'behind' }] });
  t.is(judge(() => new Versions(behind), [link(replicaNode[firstReplica[0]!]!)]).length, 1);
  t.deepEqual(
    judge(() => new Versions(behind), [link(replicaNode[firstReplica[0]! + 1]!)]),
    [],
  );
  const gone = fault({ kind: 'replica-gone', node: 0, shard, atMs: 3 }, 3);
  t.is(judge(() => new Versions(scene), [gone, link(0)]).length, 1);
  t.deepEqual(
    judge(() => new Versions(scene), [gone, link(1)]),
    [],
  );
  t.is(judge(() => new Versions(scene), [link(9)]).length, 1);
});
