import { fsyncSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { BLOCKING, type Sync } from '../../../src/repository/storage/local-sync.js';
import { bundleBytes, makeFiles } from '../../../src/world/real/bundled-files.js';

test('files that come out of a bundle are on the disk, each of them, where they have to be', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-bundled-'));
  try {
    // More than are brought to the disk together.
    const sizes = Array.from({ length: 70 }, (_, i) => (i * 3) % 7);
    const files = sizes.map((sizeBytes, i) => ({ path: path.join(directory, String(i)), sizeBytes }));
    const bytes = Uint8Array.from({ length: bundleBytes(files) }, (_, i) => i);
    let syncs = 0;
    const counting: Sync = {
      ...BLOCKING,
      file(fd) {
        syncs++;
        fsyncSync(fd);
      },
    };
    await makeFiles(bytes, files, undefined);
    await makeFiles(bytes, files, counting);
    t.is(syncs, files.length);
    const made = files.map((file) => [...readFileSync(file.path)]);
    t.deepEqual(made.flat(), [...bytes]);
    t.deepEqual(
      made.map(({ length }) => length),
      sizes,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});
