import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { shardFileName } from '../../../src/catalog/index.js';
import type { UploadTask } from '../../../src/node/index.js';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY, type Multipart } from '../../../src/world/hardware.js';
import { nowNs, Pacer } from '../../../src/world/real/pacer.js';
import { nodePathsIn } from '../../../src/world/real/paths.js';
import {
  ABORT_CELLS,
  PROGRESS,
  type MountedStorage,
  type TaskMessage,
  type WarmUpMessage,
  type WorkerAnswer,
  type WorkerSetup,
  type WorkerShard,
} from '../../../src/world/real/protocol.js';
import { startThreads } from '../../../src/world/real/threads.js';

/*
 * A node's worker threads, each with one task, in a process of its own, which watches how much memory it has. It is given an
 * order, and prints one line of JSON.
 */

export interface MemoryOrder {
  readonly directory: string;
  readonly mounted: MountedStorage;
  readonly multipart?: Multipart;
  readonly bundleBelowBytes?: number;
  readonly threads: number;
  readonly seatsPerThread: number;
  /** What each worker is to upload. */
  readonly files: number;
  readonly fileBytes: number;
}

export interface MemoryReport {
  readonly movedFiles: readonly number[];
  /** What the process had in memory at most, over what it had when its threads were up. */
  readonly peakBytes: number;
}

const SAMPLE_MS = 2;
const WORKER = new URL('../../../src/world/real/worker.js', import.meta.url);

const order = JSON.parse(process.argv[2]!) as MemoryOrder;
const { threads, seatsPerThread, files, fileBytes, mounted } = order;
const workers = threads * seatsPerThread;
const paths = nodePathsIn(order.directory);

const setup: WorkerSetup = {
  nodeName: 'be-1',
  paths,
  hardware: UNLIMITED_NODE,
  limits: { ...UNLIMITED_REPOSITORY, multipart: order.multipart },
  seed: '',
  retries: { requestRetries: 0, retryDelayMs: 1 },
  shared: {
    disk: Pacer.cell(),
    nic: Pacer.cell(),
    bandwidth: Pacer.cell(),
    requests: Pacer.cell(),
    aborts: new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT),
    progress: new SharedArrayBuffer(PROGRESS.cells * BigInt64Array.BYTES_PER_ELEMENT),
    ready: new SharedArrayBuffer(4),
  },
  rehearsal: path.join(order.directory, 'rehearsal'),
  seatsPerThread: order.seatsPerThread,
  countFileCalls: false,
};

/** A shard with as many files, of zeros: they take no room on the disk, and as much of it in memory as any others. */
function makeShard(shard: number): WorkerShard {
  const shardId = shard + 1;
  const directory = path.join(paths.data, String(shardId));
  mkdirSync(directory, { recursive: true });
  for (let file = 0; file < files; file++) {
    const name = path.join(directory, shardFileName(shardId, 2, file));
    writeFileSync(name, '');
    truncateSync(name, fileBytes);
  }
  const address = { databaseId: 1, tableId: 2, partitionId: 3, indexId: 4, shardId, version: 2 };
  return { shard, address, fileSizeBytes: new Float64Array(files).fill(fileBytes) };
}

function messageFor(worker: number): TaskMessage {
  const isLocal = mounted.spec.kind === 'local';
  const { bundleBelowBytes } = order;
  const task: UploadTask = {
    kind: 'upload',
    taskId: worker + 1,
    jobId: 1,
    node: 0,
    attempt: 1,
    shards: Int32Array.of(worker),
    relink: true,
    checkSource: false,
    probe: false,
    rename: isLocal,
    onePass: isLocal,
    ...(bundleBelowBytes === undefined ? {} : { bundleBelowBytes }),
  };
  return {
    kind: 'task',
    task,
    generation: 1,
    label: 'label',
    repository: 'repo',
    mounted,
    durable: false,
    sentNs: nowNs(),
    sendOrdinal: worker,
    shards: [makeShard(worker)],
  };
}

const size = { minThreads: threads, maxThreads: threads, tasksPerThread: seatsPerThread };
const pool = startThreads(WORKER, { ...size, workerData: setup });
const warmUp: WarmUpMessage = { kind: 'warm-up', threads };
await Promise.all(Array.from({ length: workers }, () => pool.run(warmUp)));
const messages = Array.from({ length: workers }, (_, worker) => messageFor(worker));
const startBytes = process.memoryUsage.rss();
let mostBytes = startBytes;
const sampler = setInterval(() => {
  mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
}, SAMPLE_MS);
const answers = (await Promise.all(messages.map((message) => pool.run(message)))) as WorkerAnswer[];
clearInterval(sampler);
await pool.destroy();

const movedFiles = answers.map(({ outcome }) => {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return (outcome.report as { readonly movedFiles: number }).movedFiles;
});
const report: MemoryReport = { movedFiles, peakBytes: mostBytes - startBytes };
process.stdout.write(`${JSON.stringify(report)}\n`);
