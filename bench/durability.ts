import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { localStorage } from '../src/repository/storage/local.js';
import type { Suite } from './suite.js';

const KIB = 1024;
const MIB = 1024 * KIB;

let directory = '';
let runs = 0;

/** What it costs that a file is on the disk itself before it counts, for small files and for large ones. */
export const durabilitySuite: Suite = {
  name: 'durability',
  hypothesis:
    'syncing each file costs small files most, and large files no more than writing them to the disk at all',
  cases({ isGate, isQuick, workDirectory }) {
    // How long a disk takes is no business of the gate.
    if (isGate) return [];
    directory = mkdtempSync(path.join(workDirectory, 'durability-'));
    const sizes = [
      { name: '16 KiB', sizeBytes: 16 * KIB, files: isQuick ? 20 : 200 },
      { name: '1 MiB', sizeBytes: MIB, files: isQuick ? 4 : 40 },
      { name: '16 MiB', sizeBytes: 16 * MIB, files: isQuick ? 1 : 8 },
    ];
    return sizes.flatMap(({ name, sizeBytes, files }) =>
      [false, true].map((durable) => ({
        name: `${files} files of ${name}, ${durable ? 'durable' : 'not durable'}`,
        // A directory of its own: the first run of a case overlaps with its warm-up.
        run: () => writeFiles(path.join(directory, String(runs++)), durable, sizeBytes, files),
        amount: files,
        unit: 'files/s',
      })),
    );
  },
  tearDown: () => rmSync(directory, { recursive: true, force: true }),
};

async function writeFiles(root: string, durable: boolean, sizeBytes: number, files: number): Promise<void> {
  const storage = localStorage(root, { durable });
  const content = new Uint8Array(sizeBytes).fill(7);
  for (let i = 0; i < files; i++) {
    const writer = await storage.createWriter(`shard/${i}.part`, sizeBytes);
    await writer.write(content);
    await writer.close();
    await storage.rename(`shard/${i}.part`, `shard/${i}`, { syncName: false });
  }
  await storage.syncNames('shard');
  rmSync(root, { recursive: true });
}
