import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import { failure, success } from '../../src/coordinator/outcome.js';
import { restoreWork } from '../../src/coordinator/restore-work.js';
import type { Work } from '../../src/coordinator/work.js';
import type { Outcome, World } from '../../src/coordinator/world.js';
import type { Job, WorkPlan } from '../../src/job/index.js';
import { parseStatement, printStatement, type RestoreStatement } from '../../src/sql/index.js';
import { settings } from '../job/driver.js';
import { cluster, inTurn, olap, outline, replicas, snapshotOf, type Snapshot } from './restore-sample.js';

/** A world that does nothing but read one manifest, at once or when told to. */
function readingWorld(read: () => Outcome<unknown>) {
  const waiting: (() => void)[] = [];
  const asked: unknown[] = [];
  const absent = (): never => {
    throw new Error('nothing but reading');
  };
  const world: World = {
    isReliable: true,
    ask: absent,
    now: () => 0,
    wallClockMs: () => 0,
    wakeAt: absent,
    send: absent,
    abort: absent,
    limit: absent,
    forget: absent,
    mount: absent,
    unmount: absent,
    perform(operation, answer) {
      asked.push(operation);
      waiting.push(() => answer(read() as never));
    },
  };
  return { world, asked, waiting };
}

const JOB = { id: 1 } as Job;

function setUp(text = 'RESTORE SNAPSHOT db.snap FROM repo ON (t PARTITION p1, u AS w)') {
  const source = [olap('t'), olap('u')];
  const snapshot: Snapshot = snapshotOf(source);
  const catalog = cluster('db', [olap('t')]);
  let reading: Outcome<unknown> = success(snapshot);
  const { world, waiting, asked } = readingWorld(() => reading);
  const statement = parseStatement(text) as RestoreStatement;
  const spec = {
    catalog,
    world,
    settings: settings(),
    generation: 1,
    sessionDatabase: undefined,
    placement: inTurn(4),
  };
  const work = restoreWork({ ...spec, statement });
  const ask = (asking: Work = work): Outcome<WorkPlan>[] => {
    const answers: Outcome<WorkPlan>[] = [];
    asking.plan(JOB, (outcome) => answers.push(outcome));
    return answers;
  };
  const answerAll = (): void => waiting.splice(0).forEach((answer) => answer());
  const fail = (error: DrillError): void => void (reading = failure(error));
  return { catalog, work, spec, statement, ask, answerAll, fail, asked, database: catalog.database('db') };
}

const listed = ({ shards, nodes }: { shards: Int32Array; nodes: Int32Array }): string[] =>
  Array.from(shards, (shard, i) => `${shard}@${nodes[i]}`);

const NONE: string[] = [];

test('a restore tells what it covers: first by the statement, then by the snapshot', (t) => {
  const { work, ask, answerAll, asked } = setUp();
  t.is(work.objects, 't PARTITION (p1), u AS w');
  t.is(work.timestamp, undefined);
  t.deepEqual(work.totals, { shards: 0, files: 0, sizeBytes: 0 });
  ask();
  answerAll();
  t.deepEqual(asked, [{ op: 'read', repository: 'repo', label: 'snap', timestamp: undefined }]);
  t.is(work.objects, 't PARTITION (p1), u AS w');
  t.is(work.timestamp, '2026-01-02-03-04-05');
  t.like(work.totals, { shards: 6, files: 12 });
  t.is(work.contextFor(JOB).sources?.size, 6);
});

test('nothing is to be told to the journal, or to be seen, before the plan; the commit shows it all', (t) => {
  const { work, ask, answerAll, database, catalog } = setUp();
  t.deepEqual(work.changes(), []);
  work.commit();
  t.deepEqual(outline(database), ['t(p1:2,p2:2)']);
  const before = replicas(catalog, database);
  const [answer, ...more] = (() => {
    const answers = ask();
    answerAll();
    return answers;
  })();
  t.true(answer?.ok);
  t.is(more.length, 0);
  t.deepEqual(
    work.changes().map((change) => (change.kind === 'put-table' ? change.table.name : change.kind)),
    ['t', 'w'],
  );
  t.deepEqual(outline(database), ['t(p1:2,p2:2)']);
  work.commit();
  t.deepEqual(outline(database), ['t(p1:2,p2:2)', 'w(p1:2,p2:2)']);
  // The two replicas of the old p1.
  t.deepEqual(listed(work.garbage('FINISHED')), before.slice(0, 2));
});

test('a cancelled restore tells what it built in vain, before it is discarded and after', (t) => {
  const { work, ask, answerAll, database } = setUp();
  t.deepEqual(listed(work.garbage('CANCELLED')), NONE);
  const answers = ask();
  answerAll();
  const [answer] = answers;
  if (!answer?.ok) return t.fail();
  const built = listed(answer.value);
  t.deepEqual(listed(work.garbage('CANCELLED')), built);
  work.discard();
  t.deepEqual(listed(work.garbage('CANCELLED')), built);
  t.deepEqual(work.changes(), []);
  work.commit();
  t.deepEqual(outline(database), ['t(p1:2,p2:2)']);
  // SHOW RESTORE still tells what it was.
  t.is(work.timestamp, '2026-01-02-03-04-05');
  t.is(work.totals.shards, 6);
});

test('a manifest that arrives after the job was cancelled builds nothing and is not answered', (t) => {
  const { work, ask, answerAll, catalog } = setUp();
  const { count } = catalog.shards;
  const answers = ask();
  work.discard();
  answerAll();
  t.deepEqual(answers, []);
  t.is(catalog.shards.count, count);
  t.deepEqual(listed(work.garbage('CANCELLED')), NONE);
});

test('planned again: the last plan counts, and what the first one built is garbage whatever the end', (t) => {
  const { work, ask, answerAll, database, catalog } = setUp();
  const [first, second] = [0, 1].map(() => {
    const answers = ask();
    answerAll();
    const [answer] = answers;
    if (!answer?.ok) throw new Error('no plan');
    return listed(answer.value);
  });
  t.deepEqual(listed(work.garbage('CANCELLED')), [...first!, ...second!]);
  const before = replicas(catalog, database);
  work.commit();
  t.deepEqual(listed(work.garbage('FINISHED')), [...first!, ...before.slice(0, 2)]);
  const after = new Set(replicas(catalog, database));
  t.true(second!.every((replica) => after.has(replica)));
});

test('a restore of the printed statement, as after a restart, plans the same', (t) => {
  const { statement, spec, ask, answerAll, work } = setUp();
  const again = restoreWork({
    ...spec,
    statement: parseStatement(printStatement(statement)) as RestoreStatement,
  });
  const [one, two] = [ask(work), ask(again)];
  answerAll();
  t.true(one[0]?.ok && two[0]?.ok);
  t.is(again.objects, work.objects);
  t.deepEqual(again.totals, work.totals);
});

test('what goes wrong with the manifest, or does not fit it, is answered with its place', (t) => {
  const broken = setUp();
  broken.fail(new DrillError('REPOSITORY_FORMAT', 'written by a newer version'));
  const answers = broken.ask();
  broken.answerAll();
  t.like(answers, [{ ok: false, error: { code: 'REPOSITORY_FORMAT' } }]);
  const unknown = setUp('RESTORE SNAPSHOT db.snap FROM repo\nON (t, tt)');
  const refused = unknown.ask();
  unknown.answerAll();
  t.like(refused, [{ ok: false, error: { code: 'TABLE_UNKNOWN', place: { line: 2, column: 8 } } }]);
  t.deepEqual(listed(unknown.work.garbage('CANCELLED')), NONE);
});

test('a label is refused that holds no snapshot, none of the time named, or several where no time is named', (t) => {
  const isTimeTaken = (): boolean => false;
  const job = { id: 1, label: 'snap', databaseId: 1, database: 'db', repository: 'repo', isTimeTaken };
  const [early, late] = ['2026-01-02-03-04-05', '2026-01-02-03-04-06'] as const;
  const named = `RESTORE SNAPSHOT db.snap FROM repo PROPERTIES ("backup_timestamp" = "${late}")`;
  const create = (timestamps: readonly string[], text?: string) => () =>
    setUp(text).work.create(job, { timestamps, hasFiles: true });
  t.throws(create([]), { message: /holds no snapshot snap$/ });
  t.throws(create([early], named), { message: /no snapshot snap of 2026-01-02-03-04-06/ });
  t.throws(create([early, late]), { message: /holds 2 snapshots snap/ });
  t.is(create([early])().job.state, 'PENDING');
  t.is(create([early, late], named)().job.state, 'PENDING');
});
