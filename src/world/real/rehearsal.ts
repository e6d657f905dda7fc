import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { shardFileName } from '../../catalog/shard-files.js';
import { taskProcedure, type NodeTask } from '../../node/index.js';
import { localStorage } from '../../repository/storage/local.js';
import { UNLIMITED_NODE } from '../hardware.js';
import { Interpreter } from './interpreter.js';
import { Pace } from './pace.js';
import { nowNs, Pacer } from './pacer.js';
import { nodePathsIn } from './paths.js';
import type { Seat } from './seat.js';
import { ABORT_CELLS, PROGRESS, type TaskMessage, type WorkerSetup, type WorkerShard } from './protocol.js';

const SHARDS = 2;
/** Of a shard: mostly small ones, since what costs by the file is what is to be compiled. */
const FILE_BYTES = Float64Array.from({ length: 6 }, (_, file) => (file === 0 ? 300_000 : 3000 + file));
/** All but the first. */
const BUNDLED_BELOW_BYTES = 100_000;

/**
 * Takes a thread through a small backup of its own, so that its code has been compiled when a job comes, as it has in a
 * node that has been up for a while: otherwise the first files of a job take many times as long as the others. Nothing of
 * it touches the cluster or its repository, and no limit holds for it. Its files stay until the world is closed.
 */
export async function rehearse(setup: WorkerSetup, threadId: number, seat: Seat): Promise<void> {
  const root = path.join(setup.rehearsal, String(threadId));
  try {
    const shards = makeShards(nodePathsIn(root).data);
    const storage = localStorage(path.join(root, 'repository'), { durable: false });
    for (const task of tasksFor(Int32Array.from(shards, ({ shard }) => shard))) {
      const message = messageFor(task, shards);
      const free = withoutLimits(setup, root);
      const pace = new Pace(free, threadId);
      pace.begin(message);
      const progress = new BigInt64Array(free.shared.progress);
      const interpreter = new Interpreter({
        paths: free.paths,
        storage,
        seat: { ...seat, pace },
        progress,
        message,
        startNs: nowNs(),
      });
      const procedure = taskProcedure(task);
      let next = procedure.next();
      while (!next.done) next = procedure.next(await interpreter.perform(next.value));
    }
  } catch {
    // Only for the sake of speed: what is wrong with the disk, say, the job will tell.
  }
}

/** Snapshots, uploads in both ways and in bundles, and what is dropped after that. */
function tasksFor(shards: Int32Array): NodeTask[] {
  const common = { taskId: 1, attempt: 1, jobId: 1, node: 0, shards };
  const upload = { kind: 'upload', ...common, relink: false, checkSource: false } as const;
  return [
    { kind: 'snapshot', ...common },
    { ...upload, probe: false, rename: true, onePass: true },
    { ...upload, probe: true, rename: true, onePass: false },
    { ...upload, probe: false, rename: false, onePass: false },
    { ...upload, probe: false, rename: true, onePass: true, bundleBelowBytes: BUNDLED_BELOW_BYTES },
    { kind: 'release', ...common, shards: new Int32Array(0) },
  ];
}

function makeShards(dataDirectory: string): WorkerShard[] {
  return Array.from({ length: SHARDS }, (_, shard) => {
    const address = { databaseId: 1, tableId: 1, partitionId: 1, indexId: 1, shardId: shard + 1, version: 1 };
    const directory = path.join(dataDirectory, String(address.shardId));
    mkdirSync(directory, { recursive: true });
    FILE_BYTES.forEach((bytes, file) =>
      writeFileSync(
        path.join(directory, shardFileName(address.shardId, address.version, file)),
        new Uint8Array(bytes),
      ),
    );
    return { shard, address, fileSizeBytes: FILE_BYTES };
  });
}

const messageFor = (task: NodeTask, shards: readonly WorkerShard[]): TaskMessage => ({
  kind: 'task',
  task,
  generation: 1,
  label: 'rehearsal',
  repository: 'rehearsal',
  mounted: undefined,
  durable: false,
  sentNs: nowNs(),
  sendOrdinal: 0,
  shards,
});

function withoutLimits(setup: WorkerSetup, root: string): WorkerSetup {
  return {
    ...setup,
    paths: nodePathsIn(root),
    hardware: UNLIMITED_NODE,
    limits: {
      ...setup.limits,
      bandwidthBytesPerSec: Infinity,
      perConnectionBytesPerSec: Infinity,
      latencyMs: { kind: 'fixed', value: 0 },
      requestsPerSec: Infinity,
    },
    shared: {
      disk: Pacer.cell(),
      nic: Pacer.cell(),
      bandwidth: Pacer.cell(),
      requests: Pacer.cell(),
      aborts: new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT),
      progress: new SharedArrayBuffer(PROGRESS.cells * BigInt64Array.BYTES_PER_ELEMENT),
      ready: new SharedArrayBuffer(4),
    },
  };
}
