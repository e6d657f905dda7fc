import { rule } from './rule.js';
import { accepted, detailsOf, finish, finished, holds, refused, rows } from './rule-world.js';

const SECONDS_PER_DAY = 86_400;
const properties = (text: string): string => `BACKUP SNAPSHOT shop.a TO repo PROPERTIES (${text})`;

rule('R17 type: full, and incremental is refused by name', {}, async (t, world) => {
  await refused(
    t,
    world,
    properties('"type" = "incremental"'),
    'SQL_PROPERTY',
    /"incremental" is not supported/,
  );
  await refused(t, world, properties('"type" = "half"'), 'SQL_PROPERTY', /half/);
  await finished(t, world, properties('"type" = "full"'));
});

rule('R18 timeout: seconds, and one day by default', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await finished(t, world, 'BACKUP SNAPSHOT shop.b TO repo PROPERTIES ("timeout" = "7200")');
  const jobs = await rows(world, 'SHOW BACKUP FROM shop');
  t.deepEqual(
    jobs.map((job) => job['Timeout']),
    [SECONDS_PER_DAY, 7200],
  );
});

rule('R19 timeout: at least ten minutes', {}, async (t, world) => {
  await refused(t, world, properties('"timeout" = "599"'), 'SQL_PROPERTY', /at least 600 seconds/);
  await refused(t, world, properties('"timeout" = "1 h"'), 'SQL_PROPERTY', /3600/);
  await finished(t, world, properties('"timeout" = "600"'));
});

rule(
  'R20 timeout: its least value is a setting, and a job that takes longer is cancelled',
  { engine: { minTimeoutMs: 1000 } },
  async (t, world) => {
    await refused(t, world, properties('"timeout" = "0"'), 'SQL_PROPERTY', /at least 1 second/);
    // A node that never answers.
    world.intercept((pass, task, ...rest) => {
      if (task.kind !== 'snapshot') pass(task, ...rest);
    });
    const jobId = await accepted(t, world, properties('"timeout" = "1"'));
    const { state, error, durationMs } = await finish(world, jobId);
    t.is(state, 'CANCELLED');
    t.is(error?.code, 'JOB_TIMEOUT');
    t.regex(error?.message ?? '', /1 s.*SNAPSHOTING/);
    t.true(durationMs > 1000);
    // Only virtual time has no other things to do.
    if (world.kind === 'virtual') t.true(durationMs <= 1005);
    t.true(world.isClean());
  },
);

rule('R21 content: all, or metadata_only', {}, async (t, world) => {
  await refused(t, world, properties('"content" = "some"'), 'SQL_PROPERTY', /metadata_only/);
  await finished(t, world, properties('"content" = "metadata_only"'));
  await holds(t, world, 'a', []);
  t.is(world.sentFiles(), 0);
  t.like(await detailsOf(world, 'a'), {
    content: 'METADATA_ONLY',
    olap_table_list: [{ name: 'orders', partition_names: ['p1', 'p2'] }, { name: 'customers' }],
  });
  await finished(t, world, 'BACKUP SNAPSHOT shop.b TO repo PROPERTIES ("content" = "all")');
  await holds(t, world, 'b', ['shop.orders', 'shop.customers']);
});

rule('R22 names of properties in any case', {}, async (t, world) => {
  await finished(t, world, properties('"TYPE" = "FULL", "Content" = "Metadata_Only", "timeOut" = 700'));
  await holds(t, world, 'a', []);
  t.like(await rows(world, 'SHOW BACKUP FROM shop'), [{ Timeout: 700 }]);
});

rule('R23 an unknown property is an error that lists the known ones', {}, async (t, world) => {
  const known = /no property "timeot"; it knows type, timeout, content, .*; did you mean "timeout"/;
  await refused(t, world, properties('"timeot" = "700"'), 'SQL_PROPERTY', known);
});
