/*
 * Makes of `dist/src`, which is some 1,700 modules with those of its libraries, the few files in `dist/drill` that the command and its
 * threads run: to find and load so many takes a second, which is most of a small run.
 */
import { build } from 'esbuild';
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const SOURCE = 'dist/src';
const TARGET = 'dist/drill';

/** The command, and what it starts threads and processes with: each is looked for beside the file that names it. */
const ENTRIES = [
  'cli/main',
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

const { metafile } = await build({
  entryPoints: ENTRIES.map((entry) => `${SOURCE}/${entry}.js`),
  outdir: TARGET,
  // One directory for all, since modules find each other by `new URL('./worker.js', import.meta.url)`.
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: LEFT_OUT,
  // Libraries of CommonJS that are taken in may still `require` what belongs to Node.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
const thread = path.basename(THREAD);
copyFileSync(`${SOURCE}/${THREAD}`, `${TARGET}/${thread}`);
// The second is where the command was before there were bundles: `npx` keeps the link it once made to it.
for (const command of [`${TARGET}/main.js`, `${SOURCE}/cli/main.js`]) chmodSync(command, 0o755);

// What earlier builds left.
const made = new Set([...Object.keys(metafile.outputs).map((file) => path.basename(file)), thread]);
for (const name of readdirSync(TARGET)) if (!made.has(name)) rmSync(path.join(TARGET, name));
