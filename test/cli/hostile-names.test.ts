import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { snapshotDirectory } from '../../src/repository/index.js';
import { localStorage } from '../../src/repository/storage/local.js';
import { drill } from '../fixtures/command.js';
import { writeSample } from '../repository/sample.js';

/** What a terminal would obey, but for ends of lines. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const OBEYED = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/;

const NAMES = [
  '\u001B[2J',
  '\u001B]0;title\u0007',
  '\u009B31m',
  '\u202Etxt',
  'x\nAll is well: 0 snapshots',
  'y\rz',
];

test('names in a repository write nothing of their own on the terminal', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'drill-names-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const { info } = await writeSample(localStorage(root));
  const directory = path.join(root, snapshotDirectory(info.repository, info.label));
  for (const name of NAMES) {
    writeFileSync(path.join(directory, name), '');
    writeFileSync(path.join(directory, '..', name), '');
  }
  for (const options of [[], ['--json'], ['-q']]) {
    const { code, stdout, stderr } = await drill(['verify', root, ...options]);
    t.is(code, 1);
    t.notRegex(stdout, OBEYED);
    t.notRegex(stderr, OBEYED);
    t.notRegex(stdout, /^All is well/m, 'no name passes for a line of the result');
    t.true(stdout.includes('All is well'), 'the name is told, all the same');
  }
});
