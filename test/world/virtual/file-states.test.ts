import test from 'ava';
import * as fc from 'fast-check';
import { ABSENT, FileStates, PART, WHOLE, type FileState } from '../../../src/world/virtual/file-states.js';
import { accepted, done, finish, finished, holds, rows } from '../../rules/rule-world.js';
import { virtualRuleWorld } from '../../rules/virtual-rule-world.js';

const changes = fc.array(
  fc.record({ ordinal: fc.nat(5000), state: fc.constantFrom<FileState>(ABSENT, PART, WHOLE) }),
);

test('file states are what a map would say, however many files there were to begin with', (t) => {
  fc.assert(
    fc.property(fc.nat(200), changes, (files, all) => {
      const states = new FileStates(files);
      const model = new Map<number, FileState>();
      for (const { ordinal, state } of all) {
        states.set(ordinal, state);
        model.set(ordinal, state);
      }
      for (let ordinal = 0; ordinal <= 5001; ordinal++)
        t.is(states.at(ordinal), model.get(ordinal) ?? ABSENT);
      const there = [...model.values()].filter((state) => state !== ABSENT).length;
      t.is(states.count(), there);
      t.is(states.isEmpty, there === 0);
    }),
    { numRuns: 30 },
  );
});

test('a label that a cancelled backup has written to takes shards that a restore has made since', async (t) => {
  const world = await virtualRuleWorld({});
  await done(t, world, `CREATE REPOSITORY repo ${world.place}`);
  await finished(t, world, 'BACKUP SNAPSHOT shop.source TO repo ON (orders)');
  world.journal.at('SAVE_META', () => void world.execute('CANCEL BACKUP FROM shop'));
  const cancelled = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  t.is((await finish(world, cancelled)).state, 'CANCELLED');
  const [source] = await rows(world, 'SHOW SNAPSHOT ON repo WHERE SNAPSHOT = "source"');
  for (const copy of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']) {
    await finished(
      t,
      world,
      `RESTORE SNAPSHOT shop.source FROM repo ON (orders AS ${copy}) PROPERTIES ("backup_timestamp" = "${source!['Timestamp']}", "replication_num" = "1")`,
    );
  }
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo ON (orders, customers, one, eight)');
  await holds(t, world, 'a', ['shop.orders', 'shop.customers', 'shop.one', 'shop.eight']);
  await world.close();
});
