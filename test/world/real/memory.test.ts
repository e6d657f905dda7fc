import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { serverFor, specOf } from '../../repository/storage-s3.js';
import type { MemoryOrder, MemoryReport } from './memory-process.js';

/*
 * What a worker holds in memory does not depend on how large files are. All of a process is counted, garbage included: so what
 * is measured is more than what is in use.
 */

const KIB = 1024;
const MIB = 1024 * KIB;
const MOST_BYTES_A_WORKER = 64 * MIB;
/** Some share a thread, as they do where nothing is limited. */
const SEATING = { threads: 2, seatsPerThread: 2 };
const WORKERS = SEATING.threads * SEATING.seatsPerThread;

const PROCESS = fileURLToPath(new URL('memory-process.js', import.meta.url));
const run = promisify(execFile);

type Order = Omit<MemoryOrder, 'directory' | 'threads' | 'seatsPerThread' | 'mounted'>;

async function upload(
  t: ExecutionContext,
  order: Order,
  mountedIn: (directory: string) => MemoryOrder['mounted'],
): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-memory-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const whole: MemoryOrder = { ...order, ...SEATING, directory, mounted: mountedIn(directory) };
  const { stdout } = await run(process.execPath, [PROCESS, JSON.stringify(whole)]);
  const { movedFiles, peakBytes } = JSON.parse(stdout) as MemoryReport;
  t.deepEqual(movedFiles, Array<number>(WORKERS).fill(order.files));
  const uploadedBytes = order.files * order.fileBytes;
  t.true(uploadedBytes > MOST_BYTES_A_WORKER, 'a worker that kept what it reads would be over it');
  const ofWorker = peakBytes / WORKERS;
  t.log(`${(ofWorker / MIB).toFixed(1)} MiB a worker`);
  t.true(ofWorker < MOST_BYTES_A_WORKER, `${(ofWorker / MIB).toFixed(1)} MiB a worker`);
}

const local = (directory: string): MemoryOrder['mounted'] => ({
  spec: { kind: 'local', directory: path.join(directory, 'repository'), durable: false },
  credentials: undefined,
});

test.serial('a large file into a directory', (t) => upload(t, { files: 1, fileBytes: 96 * MIB }, local));

test.serial('bundles into a directory', (t) =>
  upload(t, { files: 240, fileBytes: 400 * KIB, bundleBelowBytes: MIB }, local),
);

for (const [what, order] of Object.entries<Order>({
  'a large file in parts': { files: 1, fileBytes: 96 * MIB },
  'files of a part': { files: 12, fileBytes: 8 * MIB },
  bundles: { files: 240, fileBytes: 400 * KIB, bundleBelowBytes: MIB },
})) {
  test.serial(`${what} onto S3`, async (t) => {
    const server = await serverFor(t);
    const { credentials } = server;
    const multipart = { partBytes: 8 * MIB, parallel: 2 };
    await upload(t, { ...order, multipart }, () => ({ spec: specOf(server), credentials }));
  });
}
