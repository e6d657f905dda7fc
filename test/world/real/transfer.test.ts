import { createHash } from 'node:crypto';
import { existsSync, fstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { memoryStorage, type Storage } from '../../../src/repository/index.js';
import { BLOCKING, type Sync } from '../../../src/repository/storage/local-sync.js';
import { BundleMemory } from '../../../src/world/real/bundle-memory.js';
import { plainHasher } from '../../../src/world/real/hasher.js';
import { Pace } from '../../../src/world/real/pace.js';
import { Pacer } from '../../../src/world/real/pacer.js';
import { ABORT_CELLS, PROGRESS } from '../../../src/world/real/protocol.js';
import { fetchFile, type Transfer } from '../../../src/world/real/transfer.js';
import { HARDWARE, LIMITS } from '../../fixtures/scenarios.js';
import { put } from '../../repository/storage-helpers.js';

function pace(): Pace {
  const shared = {
    disk: Pacer.cell(),
    nic: Pacer.cell(),
    bandwidth: Pacer.cell(),
    requests: Pacer.cell(),
    aborts: new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT),
    progress: new SharedArrayBuffer(PROGRESS.cells * BigInt64Array.BYTES_PER_ELEMENT),
    ready: new SharedArrayBuffer(4),
  };
  const paths = { data: '', snapshots: '', staging: '' };
  const setup = {
    nodeName: 'be-1',
    paths,
    hardware: HARDWARE,
    limits: LIMITS,
    seed: '1',
    countFileCalls: false,
  };
  return new Pace({ ...setup, shared }, 1);
}

/** A transfer that nothing limits. */
function transferWith(storage: Storage, sync?: Sync): Transfer {
  const own = pace();
  return {
    storage,
    pace: own,
    hasher: plainHasher(),
    bundles: new BundleMemory(),
    sync,
    request: () => own.request(),
    allow: (mostBytes) => mostBytes,
    onBytes: () => undefined,
    onPaid: () => undefined,
  };
}

test('a fetched file is synced where it has to be on the disk', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-fetch-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const storage = memoryStorage();
  await put(storage, 'f', new Uint8Array(300_000));
  let synced = 0;
  const file = (fd: number): void => {
    synced++;
    t.is(fstatSync(fd).size, 300_000, 'all of it has been written');
  };
  await fetchFile(transferWith(storage), 'f', path.join(directory, 'f'), 300_000);
  t.is(synced, 0);
  await fetchFile(transferWith(storage, { ...BLOCKING, file }), 'f', path.join(directory, 'f'), 300_000);
  t.is(synced, 1);
});

test('a file that goes on after the bytes of its manifest is given up', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-fetch-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const storage = memoryStorage();
  await put(storage, 'f', new Uint8Array(5_000_000));
  const transfer = transferWith(storage);
  const to = path.join(directory, 'f');
  await t.throwsAsync(fetchFile(transfer, 'f', to, 10), {
    code: 'CHECKSUM_MISMATCH',
    message: /f has more than the 10 bytes that its manifest says/,
  });
  t.true(!existsSync(to) || statSync(to).size <= 10, 'no more than that is on the disk');
  const fetched = await fetchFile(transfer, 'f', to, 5_000_000);
  t.is(fetched.sizeBytes, 5_000_000);
});

test('a storage may give less than is asked for, long before the end', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-fetch-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const storage = memoryStorage();
  const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => i % 251);
  await put(storage, 'f', bytes);
  const sparing: Storage = {
    ...storage,
    async openReader(file) {
      const reader = await storage.openReader(file);
      return { ...reader, read: (into) => reader.read(into.subarray(0, 1 + Math.floor(into.length / 3))) };
    },
  };
  const fetched = await fetchFile(transferWith(sparing), 'f', path.join(directory, 'f'), bytes.length);
  t.deepEqual(fetched, { sizeBytes: bytes.length, checksum: createHash('md5').update(bytes).digest('hex') });
  t.deepEqual(new Uint8Array(readFileSync(path.join(directory, 'f'))), bytes);
});
