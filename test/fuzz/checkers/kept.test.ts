import test from 'ava';
import { Kept } from '../../../src/fuzz/checkers/kept.js';
import type { JobLog } from '../../../src/fuzz/job-log.js';
import type { NodeTask } from '../../../src/node/index.js';
import type { Seen } from '../../../src/world/virtual/witness.js';
import { begun, did, JOB, journal, judge, stored, upload, type State } from '../trace.js';

const make = (log: JobLog): Kept => new Kept(log);
const plan = { shards: Int32Array.of(1), nodes: Int32Array.of(0) };
const job = (state: State | 'CANCELLED'): Seen => journal(stored(state, { plan }));

function swept(keepJobs: readonly number[], node = 0, generation = 2): Seen {
  const operation = { op: 'sweep', keepJobs, keepShardIds: new Int32Array(0) } as const;
  const task: NodeTask = {
    kind: 'sweep',
    taskId: -1,
    jobId: 0,
    attempt: 1,
    node,
    keepJobs,
    keepShardIds: operation.keepShardIds,
  };
  return did(task, operation, undefined, 9, 9, generation);
}

test('a sweep keeps what the journal has at its uploads, and may drop everything else', (t) => {
  t.deepEqual(judge(make, [job('UPLOADING'), swept([JOB])]), []);
  t.deepEqual(judge(make, [job('SNAPSHOTING'), swept([])]), []);
  t.deepEqual(judge(make, [job('CANCELLED'), swept([])]), []);
  t.deepEqual(judge(make, [job('UPLOADING'), swept([], 1)]), []);
});

test('a coordinator that works already knows more of its shards than the journal', (t) => {
  t.deepEqual(judge(make, [job('UPLOADING'), begun(upload(), 1, 2), swept([])]), []);
});

test('a sweep that drops snapshots which uploads go on with is noticed', (t) => {
  t.is(judge(make, [job('UPLOADING'), begun(upload(), 1, 1), swept([7])]).length, 1);
  t.is(judge(make, [job('UPLOAD_SNAPSHOT'), swept([])]).length, 1);
});
