import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { cacheOf, compileCommand } from '../src/cli/compiled.js';

const LAZY = /\bimport\('([^.'][^']*)'\)/g;

/** Of a module of ECMAScript the names are known, bundled or not. */
function isCommonJs(library: string): boolean {
  const name = /^(@[^/]+\/)?[^/]+/.exec(library)![0];
  const about = readFileSync(path.join('node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(about) as { readonly type?: string }).type !== 'module';
}

test('a library of CommonJS that is imported only when it is needed is not bundled: its names would be lost', (t) => {
  const leftOut = /LEFT_OUT = \[(.*)\]/.exec(readFileSync('bundle.js', 'utf8'))![1]!;
  const patterns = [...leftOut.matchAll(/'([^']*)'/g)].map(([, name]) => name!.replace(/\*$/, ''));
  const lazy = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(path.join('src', name), 'utf8').matchAll(LAZY)])
    .map(([, library]) => library!)
    .filter((library) => !library.startsWith('node:') && isCommonJs(library));
  t.true(lazy.includes('saxes'));
  for (const library of lazy)
    t.true(
      patterns.some((pattern) => library.startsWith(pattern)),
      library,
    );
});

test('the command comes with code that V8 takes, and none of another command', (t) => {
  const files = readdirSync('dist/drill').filter((name) => name.startsWith('command-'));
  const file = path.resolve(
    'dist/drill',
    files.find((name) => name.endsWith('.cjs'))!,
  );
  t.deepEqual(files.toSorted(), [file, cacheOf(file)].map((name) => path.basename(name)).toSorted());
  t.is(compileCommand(file, readFileSync(cacheOf(file))).cachedDataRejected, false);
  t.true(readFileSync('dist/drill/main.js', 'utf8').includes(`"${path.basename(file)}"`));
  // Cached code has nobody to ask for a module: what is needed later is required.
  t.notRegex(readFileSync(file, 'utf8'), /\bimport\("/);
});
