import test from 'ava';
import { Termination } from '../../../src/fuzz/checkers/termination.js';
import type { JobLog } from '../../../src/fuzz/job-log.js';
import { journal, judge, sceneFor, stored } from '../trace.js';

const scene = sceneFor();
const make = (log: JobLog): Termination => new Termination(scene, log);
const coordinator = (event: 'born' | 'died', atMs: number): Parameters<typeof judge>[1][number] => ({
  kind: 'coordinator',
  atMs,
  event,
  generation: 1,
});

test('a job that ends within its timeout is fine', (t) => {
  t.deepEqual(judge(make, [journal(stored('PENDING'), 10), journal(stored('CANCELLED'), 60_020)]), []);
});

test('time without a coordinator does not count', (t) => {
  const trace = [
    journal(stored('PENDING'), 0),
    coordinator('died', 1000),
    coordinator('born', 101_000),
    journal(stored('CANCELLED'), 150_000),
  ];
  t.deepEqual(judge(make, trace), []);
});

test('a job that takes longer is noticed, and so is one that never ends', (t) => {
  const late = judge(make, [journal(stored('PENDING'), 0), journal(stored('CANCELLED'), 70_000)]);
  t.regex(late[0]!.message, /took 70000 ms/);
  t.regex(judge(make, [journal(stored('UPLOADING'), 0)])[0]!.message, /still UPLOADING/);
});
