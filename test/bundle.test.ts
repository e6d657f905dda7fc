import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';

const LAZY = /\bimport\('([^.'][^']*)'\)/g;

test('a library that is imported only when it is needed is not bundled: its names would be lost', (t) => {
  const leftOut = /LEFT_OUT = \[(.*)\]/.exec(readFileSync('bundle.js', 'utf8'))![1]!;
  const patterns = [...leftOut.matchAll(/'([^']*)'/g)].map(([, name]) => name!.replace(/\*$/, ''));
  const lazy = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(path.join('src', name), 'utf8').matchAll(LAZY)])
    .map(([, library]) => library!)
    .filter((library) => !library.startsWith('node:'));
  t.true(lazy.includes('saxes'));
  for (const library of lazy)
    t.true(
      patterns.some((pattern) => library.startsWith(pattern)),
      library,
    );
});
