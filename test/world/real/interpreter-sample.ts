import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { shardFileName } from '../../../src/catalog/index.js';
import { taskProcedure, type NodeTask, type TaskReport, type UploadTask } from '../../../src/node/index.js';
import { shardDirectory, type Storage } from '../../../src/repository/index.js';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY } from '../../../src/world/hardware.js';
import { BLOCKING } from '../../../src/repository/storage/local-sync.js';
import { BundleMemory } from '../../../src/world/real/bundle-memory.js';
import { plainHasher } from '../../../src/world/real/hasher.js';
import { Interpreter } from '../../../src/world/real/interpreter.js';
import { Pace } from '../../../src/world/real/pace.js';
import { nowNs, Pacer } from '../../../src/world/real/pacer.js';
import { nodePathsIn, type NodePaths } from '../../../src/world/real/paths.js';
import { ABORT_CELLS, PROGRESS, type WorkerShard } from '../../../src/world/real/protocol.js';
import { noteWritten } from '../../../src/world/real/written.js';

const ADDRESS = { databaseId: 1, tableId: 2, partitionId: 3, indexId: 4, shardId: 5, version: 2 };
export const JOB = 9;
export const CONTENTS = ['header', 'first segment', 'second'];

/** The one shard of the node, ordinal 0, and where its files go. */
export const SHARD: WorkerShard = {
  shard: 0,
  address: ADDRESS,
  fileSizeBytes: Float64Array.from(CONTENTS, (text) => text.length),
};
export const REMOTE = shardDirectory('repo', 'label', ADDRESS);
export const fileName = (file: number): string => shardFileName(ADDRESS.shardId, ADDRESS.version, file);
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
export const storedName = (file: number): string => `${fileName(file)}.${md5(CONTENTS[file]!)}`;

/** A node with one replica, and what its files were written with. */
export function node(t: ExecutionContext): NodePaths {
  const root = mkdtempSync(path.join(tmpdir(), 'drill-node-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const paths = nodePathsIn(root);
  const replica = path.join(paths.data, String(ADDRESS.shardId));
  mkdirSync(replica, { recursive: true });
  for (const [file, text] of CONTENTS.entries()) writeFileSync(path.join(replica, fileName(file)), text);
  noteWritten(
    paths.meta,
    ADDRESS.shardId,
    CONTENTS.map((text, file) => ({ name: fileName(file), checksum: md5(text) })),
  );
  return paths;
}

export const COMMON = { taskId: 3, jobId: JOB, node: 1, attempt: 1, shards: Int32Array.of(0) };
export const SNAPSHOT: NodeTask = { kind: 'snapshot', ...COMMON };

export const upload = (changes: Partial<UploadTask> = {}): UploadTask => ({
  kind: 'upload',
  taskId: 3,
  jobId: JOB,
  node: 1,
  attempt: 1,
  shards: Int32Array.of(0),
  relink: false,
  checkSource: true,
  probe: false,
  rename: true,
  onePass: true,
  ...changes,
});

export interface Setting {
  readonly paths: NodePaths;
  readonly storage: Storage;
  readonly generation?: number;
  readonly shards?: readonly WorkerShard[];
  readonly progress?: BigInt64Array;
}

export function interpreterFor(task: NodeTask, setting: Setting): Interpreter {
  const { paths, storage, generation = 1, shards = [SHARD] } = setting;
  const shared = {
    disk: Pacer.cell(),
    nic: Pacer.cell(),
    bandwidth: Pacer.cell(),
    requests: Pacer.cell(),
    aborts: new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT),
    progress: new SharedArrayBuffer(0),
    ready: new SharedArrayBuffer(4),
  };
  const pace = new Pace(
    { shared, hardware: UNLIMITED_NODE, limits: UNLIMITED_REPOSITORY, seed: '', nodeName: 'be-1' },
    0,
  );
  const message = {
    kind: 'task',
    task,
    generation,
    label: 'label',
    repository: 'repo',
    mounted: undefined,
    durable: false,
    sentNs: nowNs(),
    sendOrdinal: 0,
    shards,
  } as const;
  pace.begin(message);
  return new Interpreter({
    paths,
    storage,
    seat: { pace, hasher: plainHasher(), bundles: new BundleMemory(), isShared: false, sync: BLOCKING },
    progress: setting.progress ?? new BigInt64Array(PROGRESS.cells),
    message,
    startNs: nowNs(),
  });
}

/** Carries a task out, as a worker thread does, without retries. */
export async function carryOut(task: NodeTask, setting: Setting): Promise<TaskReport> {
  const interpreter = interpreterFor(task, setting);
  const procedure = taskProcedure(task);
  let next = procedure.next();
  while (!next.done) next = procedure.next(await interpreter.perform(next.value));
  return next.value;
}
