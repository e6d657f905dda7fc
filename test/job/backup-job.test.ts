import test from 'ava';
import { isEnded, type BackupState } from '../../src/job/index.js';
import { backup, Driver, error, planOn, settings, tasksIn, TIMEOUT_MS, told } from './driver.js';

const EVENTS = settings();
const TICKS = settings({ tickMs: 3000 });
const PLAN = planOn([0, 1, 0]);
const STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
] as const;

const begin = (engine = EVENTS, changes: Parameters<typeof backup>[1] = {}, nowMs = 0): Driver =>
  new Driver(backup(engine, changes, nowMs), engine, nowMs);

test('without a tick: each event takes the job as far as it can go', (t) => {
  const driver = begin();
  t.deepEqual(told(driver.commands), ['persist', 'wake 0', `wake ${TIMEOUT_MS + 1}`]);
  t.deepEqual(told(driver.tick(0)), ['plan']);
  t.deepEqual(told(driver.tick(1)), []);
  t.deepEqual(told(driver.tell({ kind: 'planned', plan: PLAN }, 2)), [
    'send snapshot 1 -> 0 [100,102]',
    'send snapshot 2 -> 1 [101]',
    'persist',
  ]);
  t.is(driver.job.state, 'SNAPSHOTING');
  const [first, second] = driver.sent;
  t.deepEqual(told(driver.finish(first!)), []);
  driver.nowMs = 3;
  t.deepEqual(told(driver.finish(second!)), [
    'persist',
    'send upload 3 -> 0 [100,102]',
    'send upload 4 -> 1 [101]',
    'persist',
  ]);
  t.is(driver.job.state, 'UPLOADING');
  const [, , third, fourth] = driver.sent;
  t.deepEqual(told(driver.finish(fourth!)), []);
  driver.nowMs = 4;
  const last = driver.finish(third!);
  t.deepEqual(told(last), ['persist', 'release [0,1]', 'persist', 'publish [100,101,102]']);
  t.like(last.at(-1), { uploaded: { checksums: [[500], [501], [502]] } });
  t.is(driver.job.state, 'UPLOAD_INFO');
  t.deepEqual(told(driver.tell({ kind: 'published', manifestBytes: 99 }, 5)), ['persist']);
  t.deepEqual(driver.job.states, [
    { state: 'PENDING', atMs: 0 },
    { state: 'SNAPSHOTING', atMs: 2 },
    { state: 'UPLOAD_SNAPSHOT', atMs: 3 },
    { state: 'UPLOADING', atMs: 3 },
    { state: 'SAVE_META', atMs: 4 },
    { state: 'UPLOAD_INFO', atMs: 4 },
    { state: 'FINISHED', atMs: 5 },
  ]);
  t.like(driver.job, { error: undefined, manifestBytes: 99 });
  t.true(isEnded(driver.job));
});

test('with a tick: one state a tick, whatever happens in between, as in Doris', (t) => {
  const driver = begin(TICKS, {}, 1234);
  t.deepEqual(told(driver.commands), ['persist', 'wake 3000']);
  t.deepEqual(told(driver.tick(3000)), ['plan', 'wake 6000']);
  // Doris sends snapshot tasks in the same look that leaves PENDING.
  t.deepEqual(told(driver.tell({ kind: 'planned', plan: PLAN })), [
    'send snapshot 1 -> 0 [100,102]',
    'send snapshot 2 -> 1 [101]',
    'persist',
  ]);
  for (const task of driver.sent) t.deepEqual(told(driver.finish(task)), []);
  t.is(driver.job.state, 'SNAPSHOTING');
  t.deepEqual(told(driver.tick(6000)), ['persist', 'wake 9000']);
  t.is(driver.job.state, 'UPLOAD_SNAPSHOT');
  t.deepEqual(told(driver.tick(9000)), [
    'send upload 3 -> 0 [100,102]',
    'send upload 4 -> 1 [101]',
    'persist',
    'wake 12000',
  ]);
  t.deepEqual(told(driver.tick(12_000)), ['wake 15000']);
  for (const task of driver.sent.slice(2)) t.deepEqual(told(driver.finish(task)), []);
  t.deepEqual(told(driver.tick(15_000)), ['persist', 'wake 18000']);
  t.is(driver.job.state, 'SAVE_META');
  t.deepEqual(told(driver.tick(18_000)), ['release [0,1]', 'persist', 'wake 21000']);
  t.is(driver.job.state, 'UPLOAD_INFO');
  t.deepEqual(told(driver.tick(21_000)), ['publish [100,101,102]', 'wake 24000']);
  t.deepEqual(told(driver.tick(24_000)), ['wake 27000']);
  t.deepEqual(told(driver.tell({ kind: 'published', manifestBytes: 1 }, 24_500)), ['persist']);
  t.deepEqual(told(driver.tick(27_000)), []);
  t.deepEqual(driver.states, [...STATES, 'FINISHED']);
});

for (const engine of [EVENTS, TICKS]) {
  test(`nothing to back up (tick ${engine.tickMs}): all states, no task`, (t) => {
    const driver = begin(engine, { content: 'metadata_only' });
    driver.reach('FINISHED', planOn([]));
    t.deepEqual(driver.states, [...STATES, 'FINISHED']);
    t.deepEqual(driver.sent, []);
    const works = driver.commands.filter(({ kind }) => kind === 'publish' || kind === 'release');
    t.deepEqual(told(works), ['release []', 'publish []']);
  });
}

test('a second plan is ignored, and so is one after the end', (t) => {
  const driver = begin();
  driver.tick();
  driver.tell({ kind: 'planned', plan: PLAN });
  t.deepEqual(driver.tell({ kind: 'planned', plan: planOn([5, 5]) }), []);
  driver.reach('FINISHED', PLAN);
  t.deepEqual(driver.tell({ kind: 'planned', plan: PLAN }), []);
  t.deepEqual(driver.tell({ kind: 'cancel', error: error('JOB_CANCELLED') }), []);
  t.is(driver.job.state, 'FINISHED');
});

test('no plan: the job is cancelled with the reason, and no node has anything to drop', (t) => {
  const driver = begin();
  driver.tick();
  const reason = error('REPLICA_UNAVAILABLE');
  t.deepEqual(told(driver.tell({ kind: 'plan-failed', error: reason })), ['abort', 'persist']);
  t.is(driver.job.state, 'CANCELLED');
  t.deepEqual(driver.job.error, reason);
});

for (const state of STATES) {
  test(`cancelled in ${state}: at once, everything aborted and released, and nothing happens after`, (t) => {
    const driver = begin(TICKS);
    driver.reach(state, PLAN);
    const reason = error('JOB_CANCELLED', 'enough');
    const release = state === 'PENDING' ? [] : ['release [0,1]'];
    const retract = state === 'UPLOAD_INFO' ? ['retract'] : [];
    const expected = ['abort', ...release, ...retract, 'persist'];
    t.deepEqual(told(driver.tell({ kind: 'cancel', error: reason })), expected);
    t.is(driver.job.state, 'CANCELLED');
    t.deepEqual(driver.job.error, reason);
    const { job } = driver;
    t.deepEqual(driver.tick(driver.nowMs + 2 * TIMEOUT_MS), []);
    for (const task of driver.sent) {
      t.deepEqual(driver.finish(task), []);
      t.deepEqual(driver.fail(task), []);
    }
    t.deepEqual(driver.tell({ kind: 'planned', plan: PLAN }), []);
    t.deepEqual(driver.tell({ kind: 'published', manifestBytes: 1 }), []);
    t.deepEqual(driver.tell({ kind: 'cancel', error: error('INTERRUPTED') }), []);
    t.is(driver.job, job);
  });

  for (const engine of [EVENTS, TICKS]) {
    // Without a tick, a job passes through these two without an event in between.
    if (engine === EVENTS && (state === 'UPLOAD_SNAPSHOT' || state === 'SAVE_META')) continue;
    test(`timeout in ${state} (tick ${engine.tickMs}): not a moment early, and with the state's name`, (t) => {
      const driver = begin(engine);
      driver.reach(state, PLAN);
      const stuck = driver.job.state;
      driver.tell({ kind: 'node-back', node: 0 }, TIMEOUT_MS);
      t.is(driver.job.state, stuck);
      const commands = driver.tick(TIMEOUT_MS + 1);
      t.is(driver.job.state, 'CANCELLED');
      t.is(told(commands)[0], 'abort');
      t.is(driver.job.error?.code, 'JOB_TIMEOUT');
      t.regex(driver.job.error!.message, new RegExp(`timeout of 600 s; it was ${state}$`));
      t.false(commands.some(({ kind }) => kind === 'wake' || kind === 'send' || kind === 'publish'));
    });
  }
}

test('a publication that fails is tried again after a while, until the timeout, which tells the last failure', (t) => {
  const driver = begin();
  driver.reach('UPLOAD_INFO', PLAN);
  const publications = (): number => driver.commands.filter(({ kind }) => kind === 'publish').length;
  for (let tries = 1; driver.nowMs + 1000 <= TIMEOUT_MS; tries++) {
    t.is(publications(), tries);
    const failed = driver.tell({
      kind: 'publish-failed',
      error: error('STORAGE_FAILED', `no answer ${tries}`),
    });
    t.deepEqual(told(failed), [`wake ${driver.nowMs + 1000}`]);
    t.deepEqual(driver.tick(driver.nowMs + 999), []);
    t.deepEqual(told(driver.tick(driver.nowMs + 1)), ['publish [100,101,102]']);
    t.is(driver.job.state, 'UPLOAD_INFO');
  }
  driver.tell({ kind: 'publish-failed', error: error('STORAGE_FAILED', 'the very last') });
  driver.tick(TIMEOUT_MS + 1);
  t.is(driver.job.error?.code, 'JOB_TIMEOUT');
  t.regex(driver.job.error!.message, /it was UPLOAD_INFO, and the last failure was: the very last$/);
});

test('with a tick, the next look publishes again', (t) => {
  const driver = begin(TICKS);
  driver.reach('UPLOAD_INFO', PLAN);
  const atMs = driver.nowMs + 3000;
  t.deepEqual(told(driver.tick(atMs)), ['publish [100,101,102]', `wake ${atMs + 3000}`]);
  t.deepEqual(driver.tell({ kind: 'publish-failed', error: error() }, atMs + 10), []);
  t.deepEqual(told(driver.tick(atMs + 3000)), ['publish [100,101,102]', `wake ${atMs + 6000}`]);
  driver.tell({ kind: 'published', manifestBytes: 1 });
  t.is(driver.job.state, 'FINISHED');
});

test('the timeout tells the last failure of a task that was being tried again', (t) => {
  const driver = begin();
  driver.reach('UPLOADING', PLAN);
  driver.fail(driver.sent.at(-1)!, error('STORAGE_FAILED', 'connection reset'));
  driver.tick(TIMEOUT_MS + 1);
  t.regex(driver.job.error!.message, /it was UPLOADING, and the last failure was: connection reset$/);
});

test('an answer about a manifest that nobody asked for changes nothing', (t) => {
  for (const state of STATES.slice(0, -1)) {
    const driver = begin(TICKS);
    driver.reach(state, PLAN);
    driver.tell({ kind: 'published', manifestBytes: 1 });
    driver.tell({ kind: 'publish-failed', error: error() });
    t.is(driver.job.state, state);
  }
});

test('a failed task is sent again after one second, then after two, and then it fails the job', (t) => {
  const driver = begin(settings({ maxTaskAttempts: 3 }));
  driver.reach('UPLOADING', PLAN);
  const [task] = tasksIn(driver.commands.slice(-3));
  t.deepEqual(told(driver.fail(task!)), ['wake 1000']);
  t.deepEqual(told(driver.tick(999)), ['wake 1000']);
  t.deepEqual(told(driver.tick(1000)), ['send upload 3 -> 0 [100,102]']);
  t.deepEqual(told(driver.fail(driver.sent.at(-1)!)), ['wake 3000']);
  t.deepEqual(told(driver.fail(task!)), ['wake 3000'], 'the failure of an earlier try, come late');
  t.deepEqual(told(driver.tick(3000)), ['send upload 3 -> 0 [100,102]']);
  const reason = error('STORAGE_FAILED', 'third time');
  t.deepEqual(told(driver.fail(driver.sent.at(-1)!, reason)), ['abort', 'release [0,1]', 'persist']);
  t.is(driver.job.state, 'CANCELLED');
  t.deepEqual(driver.job.error, reason);
});

test('an upload that is tried again looks first what the failed try has left in the repository', (t) => {
  const driver = begin(settings({ probe: 'retry' }));
  driver.reach('UPLOADING', PLAN);
  const [task] = tasksIn(driver.commands.slice(-3));
  t.like(task, { kind: 'upload', probe: false });
  driver.fail(task!);
  const [again] = tasksIn(driver.tick(1000));
  t.deepEqual({ ...again }, { ...task!, probe: true, attempt: 2 });
});

test('a failure that nothing can mend is not tried again', (t) => {
  for (const code of [
    'DISK_FULL',
    'REPOSITORY_UNWRITABLE',
    'CHECKSUM_MISMATCH',
    'STORAGE_PATH',
    'INTERNAL',
  ] as const) {
    const driver = begin(settings({ maxTaskAttempts: 3 }));
    driver.reach('SNAPSHOTING', PLAN);
    driver.fail(driver.sent[0]!, error(code));
    t.is(driver.job.state, 'CANCELLED', code);
    t.is(driver.job.error?.code, code);
  }
});

test('a failure that is reported twice neither counts twice nor puts the next try off', (t) => {
  const driver = begin(settings({ maxTaskAttempts: 2 }));
  driver.reach('UPLOADING', PLAN);
  const [task] = tasksIn(driver.commands.slice(-3));
  driver.fail(task!);
  driver.nowMs = 900;
  driver.fail(task!);
  t.deepEqual(told(driver.tick(1000)), ['send upload 3 -> 0 [100,102]']);
  t.is(driver.job.state, 'UPLOADING');
});

test('a task that ends well while it waits for another try is not sent again', (t) => {
  const driver = begin();
  driver.reach('UPLOADING', PLAN);
  const [task] = tasksIn(driver.commands.slice(-3));
  driver.fail(task!);
  driver.finish(task!);
  t.deepEqual(told(driver.tick(5000)), []);
});

test('a lost node fails what it has, and nothing else; what is back goes on', (t) => {
  const driver = begin(settings({ maxTaskAttempts: 2 }));
  driver.reach('SNAPSHOTING', PLAN);
  t.deepEqual(told(driver.tell({ kind: 'node-lost', node: 5 })), []);
  t.deepEqual(told(driver.tell({ kind: 'node-lost', node: 1 })), ['wake 1000']);
  // Lost twice in a row, it has nothing left to lose.
  t.deepEqual(told(driver.tell({ kind: 'node-lost', node: 1 })), ['wake 1000']);
  t.deepEqual(told(driver.tell({ kind: 'node-back', node: 1 }, 500)), ['wake 1000']);
  t.deepEqual(told(driver.tick(1000)), ['send snapshot 2 -> 1 [101]']);
  driver.tell({ kind: 'node-lost', node: 1 });
  t.is(driver.job.state, 'CANCELLED');
  t.is(driver.job.error?.code, 'NODE_LOST');
  t.regex(driver.job.error!.message, /node 1 was lost/);
});

test('who takes over what failed elsewhere looks at what is there already', (t) => {
  for (const code of ['TASK_FAILED', 'NODE_LOST'] as const) {
    const driver = begin(settings({ failover: true, probe: 'retry' }));
    driver.replicas = () => [1];
    driver.reach('UPLOADING', planOn([0]));
    const first = driver.sent.at(-1)!;
    t.like(first, { kind: 'upload', node: 0, probe: false });
    driver.fail(first, error(code));
    t.like(driver.sent.at(-1), { kind: 'upload', node: 1, probe: true, relink: true }, code);
  }
});

test('a node that is back gets what waited for another one, and is told to drop it when the job is cancelled', (t) => {
  const driver = begin(settings({ failover: true }));
  const lost = new Set([1, 2]);
  driver.replicas = (_, orLater = false) => [0, 1, 2].filter((node) => orLater || !lost.has(node));
  driver.tick(0);
  driver.tell({ kind: 'planned', plan: planOn([0]) });
  const [task] = driver.sent;
  t.deepEqual(told(driver.fail(task!, error('SOURCE_CORRUPT'))), []);
  lost.delete(2);
  t.deepEqual(told(driver.tell({ kind: 'node-back', node: 2 }, 500)), ['send snapshot 2 -> 2 [100]']);
  const cancelled = told(driver.tell({ kind: 'cancel', error: error('JOB_CANCELLED') }, 600));
  t.true(cancelled.includes('release [0,1,2]'), cancelled.join('; '));
});

const MODES = [
  [{ hashing: 'one-pass', probe: 'retry' }, {}, { onePass: true, rename: true, probe: false }],
  [{ hashing: 'separate', probe: 'retry' }, {}, { onePass: false, rename: true, probe: false }],
  [
    { hashing: 'one-pass', probe: 'retry' },
    { canRename: false },
    { onePass: false, rename: false, probe: false },
  ],
  [{ hashing: 'one-pass', probe: 'always' }, {}, { onePass: true, rename: true, probe: true }],
  [
    { hashing: 'one-pass', probe: 'retry' },
    { leftovers: true },
    { onePass: true, rename: true, probe: true },
  ],
] as const;

for (const [engine, changes, mode] of MODES) {
  test(`uploads with ${JSON.stringify(engine)} ${JSON.stringify(changes)}: ${JSON.stringify(mode)}`, (t) => {
    const driver = begin(settings(engine), changes);
    driver.reach('UPLOADING', PLAN);
    const uploads = driver.sent.filter(({ kind }) => kind === 'upload');
    t.is(uploads.length, 2);
    for (const upload of uploads) t.like(upload, mode);
  });
}

test('snapshots are dealt evenly to the snapshot workers, uploads by the batching', (t) => {
  const engine = settings({ snapshotWorkers: 3, batching: { by: 'tasks', count: 2 }, dispatch: 'at-once' });
  const driver = begin(engine);
  driver.reach('UPLOADING', planOn([0, 0, 0, 0, 0]));
  const sizes = (kind: string): number[] =>
    driver.sent.flatMap((task) => (task.kind === kind && 'shards' in task ? [task.shards.length] : []));
  t.deepEqual(
    sizes('snapshot').toSorted((a, b) => a - b),
    [1, 2, 2],
  );
  t.deepEqual(sizes('upload'), [2, 3]);
});

test('every state is told, in order, to the journal: as many `persist` as states', (t) => {
  const driver = begin(TICKS);
  driver.reach('FINISHED', PLAN);
  const all: readonly BackupState[] = [...STATES, 'FINISHED'];
  t.is(driver.commands.filter(({ kind }) => kind === 'persist').length, all.length);
});
