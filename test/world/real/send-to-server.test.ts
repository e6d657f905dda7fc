import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { memoryStorage } from '../../../src/repository/storage/memory.js';
import type { PartSettings, Storage } from '../../../src/repository/storage/storage.js';
import type { NodeTask } from '../../../src/node/index.js';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY, type RepositoryLimits } from '../../../src/world/hardware.js';
import { BundleMemory } from '../../../src/world/real/bundle-memory.js';
import { plainHasher } from '../../../src/world/real/hasher.js';
import { Pace, TaskAborted } from '../../../src/world/real/pace.js';
import { Pacer, nowNs, nsToMs } from '../../../src/world/real/pacer.js';
import { ABORT_CELLS } from '../../../src/world/real/protocol.js';
import { sendFile, type Transfer } from '../../../src/world/real/transfer.js';

const directory = mkdtempSync(path.join(tmpdir(), 'drill-parts-'));
test.after.always(() => rmSync(directory, { recursive: true }));

const JOB = 1;

function paceFor(limits: Partial<RepositoryLimits>): { pace: Pace; abort: () => void } {
  const shared = {
    disk: Pacer.cell(),
    nic: Pacer.cell(),
    bandwidth: Pacer.cell(),
    requests: Pacer.cell(),
    aborts: new SharedArrayBuffer(ABORT_CELLS * 4),
    progress: new SharedArrayBuffer(64),
    ready: new SharedArrayBuffer(4),
  };
  const paths = { data: '', snapshots: '', staging: '' };
  const setup = {
    nodeName: 'n',
    paths,
    hardware: UNLIMITED_NODE,
    limits: { ...UNLIMITED_REPOSITORY, ...limits },
    seed: '',
    shared,
    seatsPerThread: 1,
    countFileCalls: false,
  };
  const pace = new Pace(setup, 0);
  pace.begin({
    kind: 'task',
    task: { kind: 'upload', jobId: JOB } as NodeTask,
    generation: 1,
    label: '',
    repository: '',
    mounted: undefined,
    durable: false,
    sentNs: nowNs(),
    sendOrdinal: 0,
    shards: [],
  });
  return { pace, abort: () => void Atomics.store(new Int32Array(shared.aborts), JOB, 1) };
}

interface Sending {
  readonly transfer: Transfer;
  readonly storage: Storage;
  /** In the order of their happening: the time at which a request is answered, or a number of bytes. */
  readonly seen: ({ readonly dueNs: bigint } | number)[];
  readonly from: string;
  readonly content: Uint8Array;
}

let files = 0;

function sendingOf(sizeBytes: number, parts: PartSettings, pace: Pace): Sending {
  const content = Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  const from = path.join(directory, `${files++}`);
  writeFileSync(from, content);
  const seen: Sending['seen'] = [];
  const storage = { ...memoryStorage(), parts };
  const request = (): bigint => {
    const dueNs = pace.request();
    seen.push({ dueNs });
    return dueNs;
  };
  const transfer = {
    storage,
    pace,
    hasher: plainHasher(),
    bundles: new BundleMemory(),
    sync: undefined,
    request,
    allow: (mostBytes: number) => mostBytes,
    onBytes: (bytes: number) => void seen.push(bytes),
    onPaid: () => undefined,
  };
  return { transfer, storage, seen, from, content };
}

async function stored(storage: Storage): Promise<Uint8Array> {
  const reader = await storage.openReader('d/f');
  const into = new Uint8Array(2 ** 20);
  return into.slice(0, await reader.read(into));
}

test('an MD5 that is known is handed to the storage', async (t) => {
  for (const md5 of [undefined, '0'.repeat(32)]) {
    const { transfer, storage, from } = sendingOf(10, { partBytes: 1000, parallel: 1 }, paceFor({}).pace);
    const known: unknown[] = [];
    const watched: Storage = {
      ...storage,
      createWriter(...told) {
        known.push(told);
        return storage.createWriter(...told);
      },
    };
    await sendFile({ ...transfer, storage: watched }, { from, sizeBytes: 10, to: 'd/f', hash: false, md5 });
    t.deepEqual(known, [['d/f', 10, md5, undefined]]);
  }
});

test('MD5s of parts are handed on where it is these parts that the file goes in', async (t) => {
  const md5s = ['a', 'b'];
  for (const [sizeBytes, partBytes, known] of [
    [1500, 1000, md5s],
    [1500, 1001, undefined],
    [1000, 1000, undefined],
  ] as const) {
    const { transfer, storage, from } = sendingOf(
      sizeBytes,
      { partBytes: 1000, parallel: 1 },
      paceFor({}).pace,
    );
    const told: unknown[] = [];
    const watched: Storage = {
      ...storage,
      createWriter(...args) {
        told.push(args[3]);
        return storage.createWriter(...args);
      },
    };
    const parts = { partBytes, md5s };
    await sendFile({ ...transfer, storage: watched }, { from, sizeBytes, to: 'd/f', hash: false, parts });
    t.deepEqual(told, [known]);
  }
});

const partsOf = (sizeBytes: number, partBytes: number): number[] =>
  Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, i) =>
    Math.min(partBytes, sizeBytes - i * partBytes),
  );

test('a file is whole, and makes the requests of its parts: begin, each part, complete', async (t) => {
  const settings = fc.record({
    partBytes: fc.integer({ min: 1000, max: 40_000 }),
    parallel: fc.integer({ min: 1, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 150_000 }), settings, async (sizeBytes, parts) => {
      const { transfer, storage, seen, from, content } = sendingOf(sizeBytes, parts, paceFor({}).pace);
      const sent = await sendFile(transfer, { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false });
      t.is(sent.sizeBytes, sizeBytes);
      t.deepEqual(Buffer.compare(await stored(storage), content), 0);
      const requests = seen.filter((event) => typeof event !== 'number').length;
      const isInParts = sizeBytes > parts.partBytes;
      t.is(requests, isInParts ? partsOf(sizeBytes, parts.partBytes).length + 2 : 1);
      t.is(
        seen.reduce<number>((sum, event) => sum + (typeof event === 'number' ? event : 0), 0),
        sizeBytes,
      );
      // The last request completes the file, when all is paid for.
      if (isInParts) t.is(typeof seen.at(-1), 'object');
    }),
    { numRuns: 60 },
  );
});

test('as many parts are on their way at once as there may be, and no more', async (t) => {
  const sizes = fc.record({
    parts: fc.integer({ min: 2, max: 12 }),
    parallel: fc.integer({ min: 1, max: 15 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ parts, parallel }) => {
      const partBytes = 5000;
      const { transfer, seen, from } = sendingOf(
        parts * partBytes,
        { partBytes, parallel },
        paceFor({}).pace,
      );
      await sendFile(transfer, { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false });
      let begun = -1; // The first request begins no part.
      let paidBytes = 0;
      for (const event of seen.slice(0, -1)) {
        if (typeof event === 'number') {
          // Whatever could have begun has, before any waits for its bytes.
          t.true(begun >= Math.min(parts, parallel));
          paidBytes += event;
        } else {
          begun++;
          t.true(begun - Math.floor(paidBytes / partBytes) <= parallel);
        }
      }
      t.is(begun, parts);
    }),
    { numRuns: 60 },
  );
});

test('each part has a connection of its own, and its own wait for its request', async (t) => {
  const partBytes = 10_000;
  const limits = { perConnectionBytesPerSec: 1e6, latencyMs: { kind: 'fixed', value: 7 } as const };
  for (const [parallel, rounds] of [
    [1, 4],
    [2, 2],
    [4, 1],
  ] as const) {
    const startNs = nowNs();
    const { transfer, seen, from } = sendingOf(4 * partBytes, { partBytes, parallel }, paceFor(limits).pace);
    await sendFile(transfer, { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false });
    const due = seen.flatMap((event) => (typeof event === 'number' ? [] : [event.dueNs]));
    // A machine may be slower than the limits, and never faster.
    const leastMs = 7 + rounds * (7 + 10) + 7;
    t.true(nsToMs(due.at(-1)! - due[0]!) >= leastMs - 7 - 0.001, `${parallel} at once`);
    t.true(nsToMs(nowNs() - startNs) >= leastMs - 0.001);
  }
});

test('what all connections share is shared by parts, too', async (t) => {
  const limits = { bandwidthBytesPerSec: 2e6 };
  const parts = { partBytes: 20_000, parallel: 4 };
  const startNs = nowNs();
  const { transfer, from } = sendingOf(80_000, parts, paceFor(limits).pace);
  await sendFile(transfer, { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false });
  t.true(nsToMs(nowNs() - startNs) >= 40 - 0.001);
});

test('an aborted task gives up a file that is not whole, and ends at once', async (t) => {
  const { pace, abort } = paceFor({ perConnectionBytesPerSec: 1 });
  const { transfer, storage, from } = sendingOf(50_000, { partBytes: 10_000, parallel: 2 }, pace);
  const sending = sendFile(transfer, { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false });
  abort();
  await t.throwsAsync(sending, { instanceOf: TaskAborted });
  t.deepEqual(await storage.list(''), []);
});

test('a failure to write is told, and nothing is left', async (t) => {
  const { transfer, storage, from } = sendingOf(50_000, { partBytes: 10_000, parallel: 2 }, paceFor({}).pace);
  const failing: Storage = {
    ...storage,
    async createWriter(file, sizeBytes) {
      const writer = await storage.createWriter(file, sizeBytes);
      return { ...writer, close: () => Promise.reject(new Error('no room')) };
    },
  };
  await t.throwsAsync(
    sendFile(
      { ...transfer, storage: failing },
      { from, sizeBytes: statSync(from).size, to: 'd/f', hash: false },
    ),
    {
      message: 'no room',
    },
  );
  t.deepEqual(await storage.list(''), []);
});
