import test from 'ava';
import { Limits } from '../../../src/fuzz/checkers/limits.js';
import { engine, LIMITS, scenario } from '../../fixtures/scenarios.js';
import { at, begun, did, judge, sceneFor, upload } from '../trace.js';

const request = (atMs: number): Parameters<typeof judge>[1][number] => ({ kind: 'request', atMs, by: 0 });
const { repository } = scenario();

test('requests within rate and burst are fine; one more is not', (t) => {
  const limits = { ...LIMITS, requestsPerSec: 100, requestBurst: 2 };
  const scene = sceneFor({ repository: { ...repository, limits } });
  t.deepEqual(
    judge(() => new Limits(scene), [0, 0, 10, 20].map(request)),
    [],
  );
  t.is(judge(() => new Limits(scene), [0, 0, 0].map(request)).length, 1);
  t.is(judge(() => new Limits(scene), [0, 0, 10, 15].map(request)).length, 1);
});

test('no more tasks than workers', (t) => {
  const scene = sceneFor({ engine: engine('tuned', { uploadWorkers: 1 }) });
  const [first, second] = [upload(), upload({ taskId: 2 })];
  const fine = [begun(first), at(first, 'finished', 1), begun(second, 1)];
  t.deepEqual(
    judge(() => new Limits(scene), fine),
    [],
  );
  t.deepEqual(
    judge(() => new Limits(scene), [begun(first), begun(upload({ taskId: 2, node: 1 }))]),
    [],
  );
  t.is(judge(() => new Limits(scene), [begun(first), begun(second)]).length, 1);
});

test('no file goes faster than its lane', (t) => {
  const limits = { ...LIMITS, perConnectionBytesPerSec: 1e6 };
  const scene = sceneFor({ repository: { ...repository, limits } });
  const put = { op: 'put', shard: 0, file: 1, checksum: undefined, hash: false } as const;
  t.deepEqual(
    judge(() => new Limits(scene), [did(upload(), put, undefined, 1001, 0)]),
    [],
  );
  t.is(judge(() => new Limits(scene), [did(upload(), put, undefined, 900, 0)]).length, 1);
});
