import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { bundleBytes, makeFiles } from '../../../src/world/real/bundled-files.js';

/** How often something was synced meanwhile. */
function syncsDuring(work: () => void): number {
  const { fsyncSync } = fs;
  let syncs = 0;
  fs.fsyncSync = (descriptor): void => {
    syncs++;
    fsyncSync(descriptor);
  };
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  }
  return syncs;
}

test.serial('files that come out of a bundle are on the disk, each of them, where they have to be', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-bundled-'));
  try {
    const files = [3, 0, 5].map((sizeBytes, i) => ({ path: path.join(directory, String(i)), sizeBytes }));
    const bytes = Uint8Array.from({ length: bundleBytes(files) }, (_, i) => i);
    for (const [durable, syncs] of [
      [false, 0],
      [true, files.length],
    ] as const) {
      t.is(
        syncsDuring(() => makeFiles(bytes, files, durable)),
        syncs,
      );
      const made = files.map((file) => [...readFileSync(file.path)]);
      t.deepEqual(made, [[0, 1, 2], [], [3, 4, 5, 6, 7]]);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
