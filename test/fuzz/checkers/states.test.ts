import test from 'ava';
import { States } from '../../../src/fuzz/checkers/states.js';
import { journal, judge, stored } from '../trace.js';

const make = (): States => new States();

test('a backup that goes its way is fine, also when it is taken up', (t) => {
  const uploading = stored('UPLOADING');
  const again = [...uploading.states, { state: 'UPLOAD_SNAPSHOT' as const, atMs: 0 }];
  const trace = [
    journal(stored('PENDING')),
    journal(stored('SNAPSHOTING')),
    journal(uploading),
    journal({ ...uploading, states: again, restarts: 1 }),
  ];
  t.deepEqual(judge(make, trace), []);
});

test('a state that was left out is noticed', (t) => {
  const states = (['PENDING', 'UPLOADING'] as const).map((state) => ({ state, atMs: 0 }));
  t.regex(judge(make, [journal(stored('PENDING', { states }))])[0]!.message, /from PENDING to UPLOADING/);
});

test('a job that goes back without having been taken up is noticed', (t) => {
  const uploading = stored('UPLOADING');
  const back = [...uploading.states, { state: 'UPLOAD_SNAPSHOT' as const, atMs: 0 }];
  const found = judge(make, [journal(uploading), journal({ ...uploading, states: back })]);
  t.regex(found[0]!.message, /from UPLOADING to UPLOAD_SNAPSHOT/);
});

test('a FINISHED that is lost is noticed', (t) => {
  t.regex(judge(make, [journal(stored('FINISHED')), journal(stored('UPLOADING'))])[0]!.message, /forgot/);
});

test('a job that is forgotten while it runs is noticed', (t) => {
  const forgotten = { kind: 'journal', atMs: 1, changes: [{ kind: 'forget-job', jobId: 20_001 }] } as const;
  t.regex(
    judge(make, [journal(stored('UPLOADING')), forgotten])[0]!.message,
    /forgotten while it was UPLOADING/,
  );
});
