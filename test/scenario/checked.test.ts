import test from 'ava';
import { z } from 'zod';
import { checked } from '../../src/scenario/checked.js';

const SCHEMA = z.array(z.array(z.array(z.object({ a: z.string() }))));

test('a value that is right comes back, and one that is wrong with what is wrong', (t) => {
  t.deepEqual(checked(SCHEMA, [[[{ a: 'x' }]]]), { success: true, data: [[[{ a: 'x' }]]] });
  const wrong = checked(SCHEMA, [[[{}]]]);
  t.deepEqual(!wrong.success && wrong.issues.map(({ path }) => path), [[0, 0, 0, 'a']]);
});

test('more mistakes than can be told are one', (t) => {
  const wrong = checked(SCHEMA, [[Array.from({ length: 1_000_000 }, () => ({}))]]);
  t.deepEqual(!wrong.success && wrong.issues.map(({ path, message }) => [path, message]), [
    [[], 'must have fewer mistakes in it: these are more than can be told'],
  ]);
});
