import { readFileSync } from 'node:fs';
import test from 'ava';

const WORKER = new URL('../../../src/world/real/worker.js', import.meta.url);
/** Of what is compiled; what is imported when it is needed is not among it. */
const STATIC_IMPORT = /^(?:import|export) (?:[^'"]*? from )?'([^']+)';$/gms;

/** The libraries that a module cannot be loaded without. */
function librariesOf(module: URL, seen = new Set<string>(), libraries = new Set<string>()): Set<string> {
  if (seen.has(module.href)) return libraries;
  seen.add(module.href);
  for (const [, name] of readFileSync(module, 'utf8').matchAll(STATIC_IMPORT)) {
    if (name!.startsWith('.')) librariesOf(new URL(name!, module), seen, libraries);
    else if (!name!.startsWith('node:')) libraries.add(name!);
  }
  return libraries;
}

test('a worker thread loads little: every one of a run does, before the first byte is written', (t) => {
  t.deepEqual([...librariesOf(WORKER)].toSorted(), ['fastest-levenshtein', 'seedrandom']);
});
