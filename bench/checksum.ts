import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY } from '../src/world/hardware.js';
import { plainHasher } from '../src/world/real/hasher.js';
import { Pace } from '../src/world/real/pace.js';
import { Pacer } from '../src/world/real/pacer.js';
import { ABORT_CELLS } from '../src/world/real/protocol.js';
import { hashFile } from '../src/world/real/transfer.js';
import type { Suite } from './suite.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Of what the gate hashes: done in less time than a busy core is left to anybody. */
const GATED_BYTES = 512 * KIB;

/** Limits that never make anybody wait. */
function unlimitedPace(): Pace {
  const shared = {
    disk: Pacer.cell(),
    nic: Pacer.cell(),
    bandwidth: Pacer.cell(),
    requests: Pacer.cell(),
    aborts: new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT),
    progress: new SharedArrayBuffer(0),
    ready: new SharedArrayBuffer(4),
  };
  const paths = { data: '', snapshots: '', staging: '' };
  const setup = {
    nodeName: 'bench',
    paths,
    hardware: UNLIMITED_NODE,
    limits: UNLIMITED_REPOSITORY,
    seed: '1',
    shared,
    seatsPerThread: 1,
    countFileCalls: false,
  };
  return new Pace(setup, 0);
}

export const checksumSuite: Suite = {
  name: 'checksum',
  hypothesis: 'a file in the page cache is hashed at the speed of MD5, and a small one costs by the file',
  cases({ workDirectory }) {
    const pace = unlimitedPace();
    const hasher = plainHasher();
    const sizes = [
      { name: '16 KiB', sizeBytes: 16 * KIB },
      { name: '512 KiB', sizeBytes: GATED_BYTES, gate: true as const },
      { name: '8 MiB', sizeBytes: 8 * MIB },
    ];
    return sizes.map(({ name, sizeBytes, gate }) => {
      const file = path.join(workDirectory, `checksum-${sizeBytes}`);
      writeFileSync(file, new Uint8Array(sizeBytes).fill(7));
      return {
        name,
        run: async () => void (await hashFile(pace, hasher, file)),
        amount: sizeBytes / 1e6,
        unit: 'MB/s',
        ...(gate ? { gate } : {}),
      };
    });
  },
};
