import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';

const ROOT = process.cwd();
const OXLINT = path.join(ROOT, 'node_modules', '.bin', 'oxlint');

/** Rules that the linter reports for one planted file, under the project's own configuration. */
function complaints(file: string, code: string): string[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'walls-'));
  try {
    cpSync(path.join(ROOT, '.oxlintrc.json'), path.join(directory, '.oxlintrc.json'));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
    mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(directory, file), code);
    const lint = (): string =>
      execFileSync(OXLINT, ['-f', 'unix', 'src'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    try {
      lint();
      return [];
    } catch (error) {
      const { stdout } = error as { stdout: string };
      return [...stdout.matchAll(/\[Error\/(?:\w+\()?([\w-]+)\)?\]/g)].map((match) => match[1]!);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Who may not import from whom: a sample of each wall, from the top of the house to the bottom. */
const FORBIDDEN_IMPORTS: readonly (readonly [file: string, imported: string])[] = [
  ['src/base/x.ts', '../sql/index.js'],
  ['src/sql/x.ts', '../catalog/index.js'],
  ['src/catalog/x.ts', '../job/index.js'],
  ['src/repository/x.ts', '../coordinator/index.js'],
  ['src/node/x.ts', '../repository/index.js'],
  ['src/job/x.ts', '../coordinator/index.js'],
  ['src/coordinator/x.ts', '../world/hardware.js'],
  ['src/world/virtual/x.ts', '../../scenario/index.js'],
  ['src/scenario/x.ts', '../planner/index.js'],
  ['src/planner/x.ts', '../cli/main.js'],
  ['src/planner/x.ts', '../drill/index.js'],
  ['src/planner/x.ts', '../fuzz/index.js'],
  ['src/world/virtual/x.ts', '../../fuzz/index.js'],
  ['src/fuzz/x.ts', '../world/real/threads.js'],
  ['src/fuzz/x.ts', '../drill/index.js'],
  ['src/report/x.ts', '../planner/index.js'],
  ['src/report/x.ts', '../regression/index.js'],
  ['src/regression/x.ts', '../planner/index.js'],
  ['src/regression/x.ts', '../world/result.js'],
  ['src/drill/x.ts', '../cli/main.js'],
  ['src/server/x.ts', '../drill/index.js'],
  ['src/server/x.ts', '../report/index.js'],
];

for (const [file, imported] of FORBIDDEN_IMPORTS) {
  test(`${file} may not import ${imported}`, (t) => {
    t.deepEqual(complaints(file, `import { thing } from '${imported}';\nexport const other = thing;\n`), [
      'no-restricted-imports',
    ]);
  });
}

const PURE = [
  'base',
  'sql',
  'catalog',
  'repository',
  'node',
  'job',
  'coordinator',
  'world/virtual',
  'scenario',
  'planner',
  'fuzz',
  'regression',
  'report',
];

for (const room of PURE) {
  test(`src/${room} touches no clock, no chance and no host`, (t) => {
    const found = complaints(
      `src/${room}/x.ts`,
      `import { readFileSync } from 'node:fs';
export const file = readFileSync('x');
export const now = Date.now();
export const today = new Date();
export const ms = performance.now();
export const chance = Math.random();
export const home = process.env['HOME'];
export const timer = setTimeout(() => undefined, 1);
`,
    );
    t.deepEqual(found.toSorted(), [
      'no-restricted-globals',
      'no-restricted-globals',
      'no-restricted-globals',
      'no-restricted-globals',
      'no-restricted-globals',
      'no-restricted-imports',
      'no-restricted-properties',
    ]);
  });
}

test('the real world and the storages that are real may use the host', (t) => {
  const code = `import { readFileSync } from 'node:fs';\nexport const file = readFileSync('x');\nexport const now = Date.now();\n`;
  t.deepEqual(complaints('src/world/real/x.ts', code), []);
  t.deepEqual(complaints('src/repository/storage/local-x.ts', code), []);
});

test('a module that imports what the house allows is left alone', (t) => {
  t.deepEqual(
    complaints('src/job/x.ts', `import { thing } from '../node/index.js';\nexport const other = thing;\n`),
    [],
  );
});
