import test from 'ava';
import { Selection } from '../../../src/fuzz/checkers/selection.js';
import type { Checker } from '../../../src/fuzz/checker.js';
import type { BackupSpec } from '../../../src/fuzz/fuzz-case.js';
import type { JobLog } from '../../../src/fuzz/job-log.js';
import { ALL, FakeStage, fault, journal, judge, pathOf, sceneFor, stored } from '../trace.js';

const scene = sceneFor();
const finished = [journal(stored('FINISHED'), 10)];

function staged(): { stage: FakeStage; make: (log: JobLog) => Checker } {
  const stage = new FakeStage();
  stage.fill(scene);
  return { stage, make: (log) => new Selection(scene, stage, log) };
}

test('exactly the selected files are fine', (t) => {
  t.deepEqual(judge(staged().make, finished), []);
});

test('a file that is missing, one that is too many, and one that is other than its source are noticed', (t) => {
  const missing = staged();
  missing.stage.files.delete(pathOf(scene, 0, 1));
  t.regex(judge(missing.make, finished)[0]!.message, /is not there as it was written/);
  const more = staged();
  more.stage.files.set(`${pathOf(scene, 0, 1)}.part`, '');
  t.regex(judge(more.make, finished)[0]!.message, /no part of what was selected/);
  const other = staged();
  other.stage.files.delete(pathOf(scene, 0, 1));
  other.stage.files.set(pathOf(scene, 0, 1, 77), '');
  t.true(judge(other.make, finished).length > 0);
});

test('a snapshot of more than was asked for is noticed', (t) => {
  const { stage, make } = staged();
  const spec: BackupSpec = { ...ALL, selected: { kind: 'exclude', tables: [{ table: 't' }] } };
  stage.specs.set('label1', { spec, askedAtMs: 9 });
  t.regex(judge(make, finished)[0]!.message, /not {2}with 0 shards/);
});

test('a table that was dropped before is no part of it', (t) => {
  const { make } = staged();
  const dropped = fault({ kind: 'table-dropped', atMs: 5, database: 'example_db', table: 't' }, 5);
  t.is(judge(make, [dropped, ...finished]).length, 1);
  t.deepEqual(judge(make, [...finished, { ...dropped, atMs: 20 }]), []);
});
