/*
 * Makes of `dist/src`, which is some 1,700 modules with those of its libraries, the few files in `dist/drill` that the command and its
 * threads run: to find and load so many takes a second, which is most of a small run.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOURCE = 'dist/src';
const TARGET = 'dist/drill';

/** What the command starts threads and processes with: each is looked for beside the file that names it. */
const ENTRIES = [
  'world/real/worker',
  'world/real/content-worker',
  'world/real/journal-probe',
  'drill/fuzz-worker',
  'drill/plan-worker',
  'drill/calibrate/probe-worker',
];
const THREAD = 'world/real/thread.cjs';

/**
 * Libraries that have files of their own beside them (native code, the start of a thread, dialects that are found by name), and all
 * that is imported only when it is needed: of a bundled library of CommonJS, such an import would have no names but `default`.
 */
const LEFT_OUT = ['lmdb', 'piscina', 'mysql2', '@aws-sdk/*', 'saxes'];

const COMMON = {
  outdir: TARGET,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: LEFT_OUT,
  metafile: true,
  logLevel: 'warning',
};

const THREADS = {
  ...COMMON,
  // One directory for all, since modules find each other by `new URL('./worker.js', import.meta.url)`.
  // Each in one file: a thread finds and loads it before it does anything, and the threads of a run are many.
  entryNames: '[name]',
  format: 'esm',
  // Libraries of CommonJS that are taken in may still `require` what belongs to Node.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
};
const threads = await build({ ...THREADS, entryPoints: ENTRIES.map((entry) => `${SOURCE}/${entry}.js`) });
// Of the throughput benchmark, which times whole processes: one that restores, made as the command is.
const RESTORE = 'dist/bench/throughput/bundled';
await build({
  ...THREADS,
  outdir: RESTORE,
  entryPoints: ['dist/bench/throughput/restore-process.js', `${SOURCE}/world/real/worker.js`],
});
// All in one file of CommonJS, of which V8 can be given the code that it made before; see `src/cli/start.ts`.
const command = await build({
  ...COMMON,
  entryPoints: { command: `${SOURCE}/cli/main.js` },
  entryNames: '[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { 'import.meta.url': 'MODULE_URL' },
  // What is left out is `require`d when it is needed: code that was cached may not `import`.
  supported: { 'dynamic-import': false },
});
const commandFile = path.resolve(Object.keys(command.metafile.outputs)[0]);
writeFileSync(commandFile, asAscii(readFileSync(commandFile, 'utf8')));
const start = await build({
  ...COMMON,
  entryPoints: { main: `${SOURCE}/cli/start.js` },
  format: 'esm',
  define: { COMMAND_FILE: JSON.stringify(path.basename(commandFile)) },
});
const thread = path.basename(THREAD);
for (const directory of [TARGET, RESTORE]) copyFileSync(`${SOURCE}/${THREAD}`, `${directory}/${thread}`);
// The second is where the command was before there were bundles: `npx` keeps the link it once made to it.
for (const name of [`${TARGET}/main.js`, `${SOURCE}/cli/main.js`]) chmodSync(name, 0o755);

// What earlier builds left.
const made = [threads, command, start].flatMap(({ metafile }) => Object.keys(metafile.outputs));
const kept = new Set([...made.map((file) => path.basename(file)), thread]);
for (const name of readdirSync(TARGET)) if (!kept.has(name)) rmSync(path.join(TARGET, name));

keepCode(commandFile);

/** What is left of other letters stands in comments and in regular expressions. */
function asAscii(code) {
  return code.replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Has a small scenario run, and what V8 made of the command meanwhile kept. Without it, the command starts later and that is all. */
function keepCode(file) {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-bundle-'));
  const scenario = path.join(directory, 'scenario.yaml');
  writeFileSync(
    scenario,
    `cluster: { nodes: 2, replication: 1 }
repository: { type: local }
databases: [{ name: db, tables: [{ name: t, buckets: 8, filesPerShard: 8, fileSize: 1 kB }] }]
statement: BACKUP SNAPSHOT db.bundle TO example_repo
`,
  );
  const args = ['bundle-cache.js', file, 'run', scenario, '--work-dir', directory, '--quiet'];
  try {
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    process.stderr.write(`bundle: the command will start more slowly: ${error.message}\n`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
