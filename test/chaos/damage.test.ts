import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { randomStream } from '../../src/base/random.js';
import { filesIn, SNAPSHOT, unlessNamed, unlessRestoreSays } from './corruption.js';
import { DAMAGES, DOCUMENT_DAMAGES, type Victims } from './damage.js';
import { backUp, makeSite, withCluster, type Site } from './site.js';

const directory = mkdtempSync(path.join(tmpdir(), 'drill-damage-'));
const whole = path.join(directory, 'repository');
const random = randomStream('1', 'damage');
let copies = 0;
let site: Site;

test.before(async (t) => {
  const storage = { kind: 'local', directory: whole, durable: false } as const;
  const chaos = { directory, dataDirectory: path.join(directory, 'data'), seed: '1', random };
  site = await makeSite(chaos, { storage, fileBytes: 1000 });
  t.is((await withCluster(site, backUp)).state, 'FINISHED');
});
test.after.always(() => rmSync(directory, { recursive: true }));

function copy(): Victims {
  const root = path.join(directory, `copy-${++copies}`);
  mkdirSync(root);
  cpSync(whole, root, { recursive: true });
  const files = filesIn(root);
  return { root, random, takeFile: () => files.pop()! };
}

for (const [name, { plant }] of Object.entries(DAMAGES)) {
  test(`${name}: verify names it, and nothing else`, async (t) => {
    const victims = copy();
    t.deepEqual(await unlessNamed({ root: victims.root, planted: plant(victims) }), []);
  });
}

test('everything at once: verify names all of it, and nothing else', async (t) => {
  const victims = copy();
  const planted = Object.values(DAMAGES).flatMap(({ plant }) => plant(victims));
  t.deepEqual(await unlessNamed({ root: victims.root, planted }), []);
});

for (const [name, { plant }] of Object.entries(DOCUMENT_DAMAGES)) {
  test(`${name}: verify names it, and nothing else`, async (t) => {
    const { root } = copy();
    t.deepEqual(await unlessNamed({ root, planted: [plant(root, SNAPSHOT, random)] }), []);
  });
}

for (const name of ['flipped bit', 'truncated', 'swapped', 'deleted', 'replaced by a link']) {
  test.serial(`${name}: a restore is refused, and leaves nothing`, async (t) => {
    const victims = copy();
    DAMAGES[name]!.plant(victims);
    const target = `${victims.root}-restored`;
    t.deepEqual(await unlessRestoreSays(site, { root: victims.root, harmful: true }, target), []);
  });
}

test.serial('what is only too much does not hinder a restore', async (t) => {
  const victims = copy();
  for (const { harmful, plant } of Object.values(DAMAGES)) if (!harmful) plant(victims);
  const target = `${victims.root}-restored`;
  t.deepEqual(await unlessRestoreSays(site, { root: victims.root, harmful: false }, target), []);
});
