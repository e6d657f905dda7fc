import test from 'ava';
import * as fc from 'fast-check';
import { FileStates, TORN } from '../../../src/world/virtual/file-states.js';
import { accepted, done, finish, finished, holds, rows } from '../../rules/rule-world.js';
import { virtualRuleWorld } from '../../rules/virtual-rule-world.js';

const ORDINALS = [0, 1, 199, 200, 5000];

type Change =
  | {
      readonly do: 'put part' | 'put whole' | 'rename';
      readonly writer: string;
      readonly named: number;
      readonly content: number;
    }
  | { readonly do: 'remove' | 'keep' | 'set part' | 'set whole'; readonly named: number };

const changes = fc.array(
  fc.tuple(
    fc.constantFrom(...ORDINALS),
    fc.oneof(
      fc.record({
        do: fc.constantFrom('put part' as const, 'put whole' as const, 'rename' as const),
        writer: fc.constantFrom('', '1-1-2-3'),
        named: fc.constantFrom('own' as const, 7000, 8000),
        content: fc.constantFrom('own' as const, 7000, TORN),
      }),
      fc.record({
        do: fc.constantFrom('remove' as const, 'keep' as const, 'set part' as const, 'set whole' as const),
        named: fc.constantFrom('own' as const, 7000),
      }),
    ),
  ),
  { maxLength: 40 },
);

/** Names of a file as a map tells them: `part <writer>` and `whole <checksum>` to contents. */
function change(model: Map<string, number>, ordinal: number, next: Change): void {
  const parts = (name: string): boolean => name.startsWith('part ');
  switch (next.do) {
    case 'put part':
      return void model.set(`part ${next.writer}`, next.content);
    case 'put whole':
      return void model.set(`whole ${next.named}`, next.content);
    case 'rename': {
      const content = model.get(`part ${next.writer}`);
      if (content === undefined) return;
      model.delete(`part ${next.writer}`);
      return void model.set(`whole ${next.named}`, content);
    }
    case 'set part':
      return void model.set('part ', ordinal);
    case 'set whole':
      model.delete('part ');
      return void model.set(`whole ${ordinal}`, ordinal);
    case 'remove':
      return model.clear();
    case 'keep':
      for (const name of model.keys()) if (parts(name) || name !== `whole ${next.named}`) model.delete(name);
  }
}

function apply(states: FileStates, ordinal: number, next: Change): void {
  switch (next.do) {
    case 'put part':
      return states.putPart(ordinal, next.writer, next.content);
    case 'put whole':
      return states.putWhole(ordinal, next.named, next.content);
    case 'rename':
      try {
        return states.rename(ordinal, next.writer, next.named);
      } catch {
        return;
      }
    case 'set part':
      return states.setPart(ordinal);
    case 'set whole':
      return states.setWhole(ordinal);
    case 'remove':
      return states.remove(ordinal);
    case 'keep':
      return states.removeOthers(ordinal, next.named);
  }
}

const told = (states: FileStates): string[] =>
  [...states.names()]
    .map(({ ordinal, checksum, writer, content }) =>
      checksum === undefined
        ? `${ordinal} part ${writer} ${content}`
        : `${ordinal} whole ${checksum} ${content}`,
    )
    .sort();

test('file states are what maps of names would say, however many files there were to begin with', (t) => {
  fc.assert(
    fc.property(fc.nat(200), changes, (files, all) => {
      const states = new FileStates(files);
      const models = new Map(ORDINALS.map((ordinal) => [ordinal, new Map<string, number>()]));
      for (const [ordinal, drawn] of all) {
        const own = (value: number | 'own'): number => (value === 'own' ? ordinal : value);
        const next = {
          ...drawn,
          named: own(drawn.named),
          ...('content' in drawn ? { content: own(drawn.content) } : {}),
        } as Change;
        const before = states.copy();
        const wasTold = told(before);
        apply(states, ordinal, next);
        t.deepEqual(told(before), wasTold, 'a copy changes');
        change(models.get(ordinal)!, ordinal, next);
      }
      const expected = [...models].flatMap(([ordinal, model]) =>
        [...model].map(([name, content]) => `${ordinal} ${name} ${content}`),
      );
      t.deepEqual(told(states), expected.sort());
      t.is(states.isEmpty, expected.length === 0);
      for (const [ordinal, model] of models) {
        t.is(states.hasTraces(ordinal), model.size > 0);
        for (const named of [ordinal, 7000]) {
          t.is(states.content(ordinal, named), model.get(`whole ${named}`));
          t.is(
            states.hasOthers(ordinal, named),
            [...model.keys()].some((name) => name !== `whole ${named}`),
          );
        }
      }
    }),
    { numRuns: 300 },
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
