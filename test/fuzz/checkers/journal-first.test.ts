import test from 'ava';
import { JournalFirst } from '../../../src/fuzz/checkers/journal-first.js';
import type { JobLog } from '../../../src/fuzz/job-log.js';
import type { ReleaseTask } from '../../../src/node/index.js';
import { begun, INFO, JOB, journal, judge, stored, upload } from '../trace.js';

const make = (log: JobLog): JournalFirst => new JournalFirst(log);
const release: ReleaseTask = {
  kind: 'release',
  taskId: 0,
  jobId: JOB,
  node: 0,
  attempt: 1,
  shards: new Int32Array(0),
};
const published = { kind: 'document', atMs: 1, op: 'write', path: INFO } as const;

test('what the journal has may be done, also when a state is left by then', (t) => {
  const trace = [
    journal(stored('UPLOADING')),
    begun(upload()),
    journal(stored('SAVE_META')),
    begun(upload({ taskId: 2 })),
    begun(release),
    journal(stored('UPLOAD_INFO')),
    published,
  ];
  t.deepEqual(judge(make, trace), []);
});

test('an upload of which the journal knows nothing is noticed', (t) => {
  t.regex(
    judge(make, [journal(stored('SNAPSHOTING')), begun(upload())])[0]!.message,
    /has it in SNAPSHOTING/,
  );
  t.regex(judge(make, [begun(upload())])[0]!.message, /does not know it/);
});

test('a release that comes too early is noticed', (t) => {
  t.is(judge(make, [journal(stored('UPLOADING')), begun(release)]).length, 1);
});

test('a manifest that comes too early is noticed', (t) => {
  t.is(judge(make, [journal(stored('SAVE_META')), published]).length, 1);
});

test('two coordinators of one generation are noticed', (t) => {
  const counted = (generation: number): Parameters<typeof judge>[1][number] => ({
    kind: 'journal',
    atMs: 0,
    changes: [{ kind: 'generation', generation }],
  });
  t.deepEqual(judge(make, [counted(1), counted(2)]), []);
  t.is(judge(make, [counted(2), counted(2)]).length, 1);
});
