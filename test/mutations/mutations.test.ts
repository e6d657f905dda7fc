import { readFileSync } from 'node:fs';
import test from 'ava';
import { MUTATIONS } from './mutations.js';

test('each mutation has a place to be planted in, just one, and a name of its own', (t) => {
  t.is(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length);
  for (const { name, file, from, to } of MUTATIONS) {
    t.is(readFileSync(file, 'utf8').split(from).length, 2, `${name}: ${file}`);
    t.not(from, to, name);
  }
});
