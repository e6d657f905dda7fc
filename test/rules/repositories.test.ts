import { rule } from './rule.js';
import { accepted, done, finish, finished, holds, jobOf, labels, refused, rows } from './rule-world.js';

const tablesOf = async (world: Parameters<typeof rows>[0]): Promise<string[]> =>
  (await rows(world, 'SHOW TABLES FROM other')).map((row) => String(Object.values(row)[0])).sort();

rule('R49 a restore gives the same bytes', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo');
  for (const table of ['orders', 'customers']) {
    const restored = world.contents('other', table);
    t.true(restored.size > 0 && [...restored.values()].every((files) => files.length > 1));
    t.deepEqual(restored, world.contents('shop', table));
  }
  t.deepEqual(await tablesOf(world), ['customers', 'daily', 'notes', 'orders']);
});

rule(
  'R50 RESTORE: ON, EXCLUDE, partitions and aliases choose of what the snapshot holds',
  {},
  async (t, world) => {
    await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
    await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo ON (orders PARTITION (p2) AS late)');
    t.deepEqual(await tablesOf(world), ['late', 'notes']);
    const p2 = [...world.contents('shop', 'orders')].filter(([place]) => place.startsWith('p2/'));
    t.deepEqual([...world.contents('other', 'late')], p2);
    await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo EXCLUDE (orders, daily)');
    t.deepEqual(await tablesOf(world), ['customers', 'late', 'notes']);
    await refused(t, world, 'RESTORE SNAPSHOT other.b FROM repo', 'SNAPSHOT_UNKNOWN', /no snapshot b/);
  },
);

rule('R51 a RESTORE that is cancelled leaves its target as it was', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  const before = await tablesOf(world);
  for (const state of ['DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING']) {
    let answer: Promise<unknown> | undefined;
    world.journal.at(state, () => (answer = world.execute('CANCEL RESTORE FROM other')));
    const jobId = await accepted(t, world, 'RESTORE SNAPSHOT other.a FROM repo');
    await finish(world, jobId);
    t.like(await answer, { ok: true }, state);
    t.is(jobOf(world, jobId).state, 'CANCELLED', state);
    t.deepEqual(await tablesOf(world), before);
    t.true(world.isClean());
  }
});

rule('R52 SHOW RESTORE tells of restores, and SHOW BACKUP of backups', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await finished(t, world, 'RESTORE SNAPSHOT shop.a FROM repo ON (customers AS clients)');
  t.like(await rows(world, 'SHOW BACKUP FROM shop'), [{ SnapshotName: 'a', State: 'FINISHED' }]);
  t.like(await rows(world, 'SHOW RESTORE FROM shop'), [{ Label: 'a', State: 'FINISHED', Status: '[OK]' }]);
  t.is((await rows(world, 'SHOW RESTORE FROM other')).length, 0);
});

rule('R53 CREATE REPOSITORY makes one, and its name is taken', {}, async (t, world) => {
  t.like(await rows(world, 'SHOW REPOSITORIES'), [{ RepoName: 'repo', IsReadOnly: 'false', ErrMsg: null }]);
  await refused(
    t,
    world,
    `CREATE REPOSITORY repo ${world.place}`,
    'REPOSITORY_EXISTS',
    /already is a repository repo/,
  );
  await refused(t, world, `CREATE REPOSITORY \`9\` ${world.place}`, 'NAME_INVALID', /cannot be the name/);
  const nowhere = `CREATE READ ONLY REPOSITORY nowhere ${world.place}`;
  await refused(t, world, nowhere, 'REPOSITORY_UNREADABLE', /nowhere/);
  await done(t, world, `CREATE REPOSITORY second ${world.place}`);
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO second');
  t.deepEqual(await labels(world), []);
});

rule('R54 DROP REPOSITORY forgets it, touches nothing, and waits for no job', {}, async (t, world) => {
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await refused(t, world, 'DROP REPOSITORY repo', 'JOB_RUNNING', /repository repo is in use.*job/);
  await finish(world, jobId);
  const before = await world.stored('a');
  await done(t, world, 'DROP REPOSITORY repo');
  t.deepEqual(await rows(world, 'SHOW REPOSITORIES'), []);
  await refused(t, world, 'BACKUP SNAPSHOT shop.b TO repo', 'REPOSITORY_UNKNOWN', /no repository repo/);
  t.deepEqual(await world.stored('a'), before);
  await done(t, world, `CREATE REPOSITORY repo ${world.place}`);
  t.deepEqual(await labels(world), ['a']);
});

rule('R55 a read-only repository is read, and nothing else is done to it', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await done(t, world, 'DROP REPOSITORY repo');
  await done(t, world, `CREATE READ ONLY REPOSITORY repo ${world.place}`);
  t.like(await rows(world, 'SHOW REPOSITORIES'), [{ IsReadOnly: 'true' }]);
  await refused(t, world, 'BACKUP SNAPSHOT shop.b TO repo', 'REPOSITORY_READ_ONLY', /repo is read only/);
  await refused(t, world, 'DROP SNAPSHOT a ON repo', 'REPOSITORY_READ_ONLY', /repo is read only/);
  t.deepEqual(await labels(world), ['a']);
  await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo ON (customers)');
  t.deepEqual(world.contents('other', 'customers'), world.contents('shop', 'customers'));
});

rule(
  'R56 SHOW SNAPSHOT lists what can be restored, and says of the rest that it cannot',
  {},
  async (t, world) => {
    await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
    world.journal.at('SAVE_META', () => void world.execute('CANCEL BACKUP FROM shop'));
    await finish(world, await accepted(t, world, 'BACKUP SNAPSHOT shop.b TO repo'));
    const all = await rows(world, 'SHOW SNAPSHOT ON repo');
    t.like(all, [
      { Snapshot: 'a', Status: 'OK' },
      { Snapshot: 'b', Timestamp: null },
    ]);
    t.regex(String(all[0]!['Timestamp']), /^\d{4}(-\d\d){5}$/);
    t.regex(String(all[1]!['Status']), /^ERROR/);
    t.is((await rows(world, 'SHOW SNAPSHOT ON repo WHERE SNAPSHOT = "a"')).length, 1);
    await refused(t, world, 'RESTORE SNAPSHOT other.b FROM repo', 'SNAPSHOT_UNKNOWN', /no snapshot b/);
    await done(t, world, 'DROP SNAPSHOT a ON repo');
    t.deepEqual(await labels(world), []);
    t.deepEqual(await world.stored('a'), []);
  },
);

const LAYOUT = [
  /^__info_\d{4}(-\d\d){5}\.[0-9a-f]{32}$/,
  /^__meta\.[0-9a-f]{32}$/,
  /^__ss_content\/__db_\d+\/__tbl_\d+\/__part_\d+\/__idx_\d+\/__(\d+)\/(\1\.hdr|\d+_\d+\.dat)\.[0-9a-f]{32}$/,
];

rule('R57 the layout of the repository is that of Doris', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await holds(t, world, 'a', ['shop.orders', 'shop.customers']);
  const files = await world.stored('a');
  t.deepEqual(
    files.filter((file) => !LAYOUT.some((form) => form.test(file))),
    [],
  );
  for (const form of LAYOUT.slice(0, 2)) t.is(files.filter((file) => form.test(file)).length, 1);
  t.true(files.some((file) => file.endsWith('.hdr') || /\.hdr\.[0-9a-f]{32}$/.test(file)));
});

rule(
  'R58 where files can be renamed, one is written as .part and renamed',
  { engine: { maxTaskAttempts: 1 } },
  async (t, world) => {
    if (world.operations) {
      await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
      const puts = world.operations.filter((operation) => operation.op === 'put');
      const renames = world.operations.filter((operation) => operation.op === 'rename');
      t.true(puts.length > 0 && puts.every(({ checksum }) => checksum === undefined));
      t.deepEqual(place(renames), place(puts));
      return;
    }
    // Real: a directory in the way of one rename, so that what was written before it can be seen.
    world.journal.at('UPLOADING', () => world.blockRename!('shop', 'customers', 'a'));
    const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo ON (customers)');
    t.is((await finish(world, jobId)).state, 'CANCELLED');
    t.is((await world.stored('a')).filter((file) => file.endsWith('.part')).length, 1);
    await finished(t, world, 'BACKUP SNAPSHOT shop.b TO repo ON (customers)');
    t.false((await world.stored('b')).some((file) => file.endsWith('.part')));
  },
);

const place = (operations: readonly { shard: number; file: number }[]): string[] =>
  operations.map(({ shard, file }) => `${shard}/${file}`).sort();

rule('R59 on S3 a file is put under its final name at once', { storage: 's3' }, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await holds(t, world, 'a', ['shop.orders', 'shop.customers']);
  if (world.operations) {
    t.deepEqual(
      world.operations.filter(({ op }) => op === 'rename' || op === 'delete'),
      [],
    );
    const puts = world.operations.filter((operation) => operation.op === 'put');
    t.true(puts.every(({ checksum }) => checksum !== undefined));
    return;
  }
  const written = world.s3Requests!.filter(
    ({ key, operation }) => key.includes('__ss_content') && !/^(Get|Head|List)/.test(operation),
  );
  t.true(written.length > 0);
  t.deepEqual([...new Set(written.map(({ operation }) => operation))], ['PutObject']);
  t.true(written.every(({ key }) => /\.[0-9a-f]{32}$/.test(key)));
  t.is(new Set(written.map(({ key }) => key)).size, written.length);
});
