import test from 'ava';
import { NoInternal } from '../../../src/fuzz/checkers/no-internal.js';
import { journal, judge, stored } from '../trace.js';

const make = (): NoInternal => new NoInternal();

test('a job that fails of something that can happen is fine', (t) => {
  const error = { code: 'TASK_FAILED', message: 'm' } as const;
  t.deepEqual(judge(make, [journal(stored('CANCELLED', { error }))]), []);
});

test('one that fails of something impossible is noticed', (t) => {
  const error = { code: 'INTERNAL', message: 'm' } as const;
  t.is(judge(make, [journal(stored('CANCELLED', { error }))]).length, 1);
});
