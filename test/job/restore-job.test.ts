import test from 'ava';
import { isEnded } from '../../src/job/index.js';
import { Driver, error, planOn, restore, settings, TIMEOUT_MS, told } from './driver.js';

const EVENTS = settings();
const TICKS = settings({ tickMs: 3000 });
const PLAN = planOn([0, 1, 0]);
const STATES = ['PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING'] as const;

const begin = (engine = EVENTS): Driver => new Driver(restore(engine), engine);

test('without a tick: each event takes the job as far as it can go', (t) => {
  const driver = begin();
  t.deepEqual(told(driver.commands), ['persist', 'wake 0', `wake ${TIMEOUT_MS + 1}`]);
  t.deepEqual(told(driver.tick(0)), ['plan']);
  const downloads = driver.tell({ kind: 'planned', plan: PLAN }, 1);
  t.deepEqual(told(downloads), [
    'persist',
    'send download 1 -> 0 [100,102]',
    'send download 2 -> 1 [101]',
    'persist',
  ]);
  t.like(driver.sent[0], { expected: [[500], [502]] });
  t.like(driver.sent[1], { expected: [[501]] });
  const [first, second] = driver.sent;
  t.deepEqual(told(driver.finish(second!)), []);
  t.deepEqual(told(driver.finish(first!)), [
    'persist',
    'send install 3 -> 0 [100,102]',
    'send install 4 -> 1 [101]',
    'persist',
  ]);
  const [, , third, fourth] = driver.sent;
  t.deepEqual(told(driver.finish(third!)), []);
  // Released before it is shown: nothing of the job is left when users see the tables.
  t.deepEqual(told(driver.finish(fourth!)), ['commit', 'release [0,1]', 'persist']);
  t.deepEqual(driver.states, [...STATES, 'FINISHED']);
  t.true(isEnded(driver.job));
});

test('with a tick: one state a tick', (t) => {
  const driver = begin(TICKS);
  t.deepEqual(told(driver.commands), ['persist', 'wake 3000']);
  t.deepEqual(told(driver.tick(3000)), ['plan', 'wake 6000']);
  // Reading the manifest takes a while: the answer comes between two looks.
  t.deepEqual(told(driver.tell({ kind: 'planned', plan: PLAN }, 4000)), ['persist']);
  t.is(driver.job.state, 'DOWNLOAD');
  t.is(driver.tick(6000).filter(({ kind }) => kind === 'send').length, 2);
  for (const task of driver.sent) t.deepEqual(driver.finish(task), []);
  t.deepEqual(told(driver.tick(9000)), ['persist', 'wake 12000']);
  t.is(driver.job.state, 'COMMIT');
  t.is(driver.tick(12_000).filter(({ kind }) => kind === 'send').length, 2);
  for (const task of driver.sent.slice(2)) t.deepEqual(driver.finish(task), []);
  t.deepEqual(told(driver.tick(15_000)), ['commit', 'release [0,1]', 'persist']);
  t.deepEqual(driver.states, [...STATES, 'FINISHED']);
});

for (const engine of [EVENTS, TICKS]) {
  test(`nothing to restore (tick ${engine.tickMs}): the tables are committed all the same`, (t) => {
    const driver = begin(engine);
    driver.reach('FINISHED', planOn([]));
    t.deepEqual(driver.states, [...STATES, 'FINISHED']);
    t.deepEqual(driver.sent, []);
    t.is(driver.commands.filter(({ kind }) => kind === 'commit').length, 1);
  });
}

for (const state of STATES) {
  test(`cancelled in ${state}: aborted, released and discarded, never committed`, (t) => {
    const driver = begin(TICKS);
    driver.reach(state, PLAN);
    const reason = error('JOB_CANCELLED');
    const release = state === 'PENDING' ? [] : ['release [0,1]'];
    t.deepEqual(told(driver.tell({ kind: 'cancel', error: reason })), [
      'abort',
      ...release,
      'discard',
      'persist',
    ]);
    t.deepEqual(driver.job.error, reason);
    for (const task of driver.sent) t.deepEqual(driver.finish(task), []);
    t.deepEqual(driver.tell({ kind: 'planned', plan: PLAN }), []);
    t.deepEqual(driver.tick(driver.nowMs + TIMEOUT_MS), []);
    t.is(driver.job.state, 'CANCELLED');
  });

  test(`timeout in ${state}`, (t) => {
    const driver = begin(TICKS);
    driver.reach(state, PLAN);
    driver.tick(TIMEOUT_MS + 1);
    t.is(driver.job.state, 'CANCELLED');
    t.is(driver.job.error?.code, 'JOB_TIMEOUT');
    t.true(driver.commands.some(({ kind }) => kind === 'discard'));
  });
}

test('a snapshot that cannot be read cancels the job with the reason', (t) => {
  const driver = begin();
  driver.tick();
  const reason = error('REPOSITORY_CORRUPT');
  t.deepEqual(told(driver.tell({ kind: 'plan-failed', error: reason })), ['abort', 'discard', 'persist']);
  t.deepEqual(driver.job.error, reason);
});

test('damaged bytes are not fetched again; a broken connection is', (t) => {
  const corrupt = begin();
  corrupt.reach('DOWNLOADING', PLAN);
  corrupt.fail(corrupt.sent[0]!, error('CHECKSUM_MISMATCH'));
  t.is(corrupt.job.state, 'CANCELLED');
  const broken = begin();
  broken.reach('DOWNLOADING', PLAN);
  broken.fail(broken.sent[0]!, error('STORAGE_FAILED'));
  t.deepEqual(told(broken.tick(1000)), ['send download 1 -> 0 [100,102]']);
});
