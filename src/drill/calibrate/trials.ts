import { plural } from '../../base/text.js';
import type { StorageSpec } from '../../repository/index.js';
import { loadScenario, type LoadedScenario } from '../../scenario/index.js';
import type { Effort } from './effort.js';

/** A kind of run: which files, on how many nodes. */
export interface Shape {
  readonly name: string;
  readonly use: 'fitted' | 'held back';
  readonly nodes: number;
  readonly workers: number;
  /** Half of the files are smaller … */
  readonly medianBytes: number;
  /** … and this is the standard deviation of their sizes' logarithms: 0 where all are alike. */
  readonly sigma: number;
  /** Of a shard, besides its small header file. */
  readonly filesPerShard: number;
  /** Whether files are hashed first and sent then, as Doris does. */
  readonly isSeparate: boolean;
  /** Whether small files are bundled. */
  readonly isBundled: boolean;
}

const KIB = 1024;
const MIB = 1024 * KIB;

function kind(
  use: Shape['use'],
  what: string,
  [nodes, workers]: readonly [number, number],
  [medianBytes, filesPerShard]: readonly [number, number],
  more: Partial<Shape> = {},
): Shape {
  const name = `${what}, ${plural(nodes, 'node')}, ${plural(workers, 'worker')}`;
  return {
    name,
    use,
    nodes,
    workers,
    medianBytes,
    filesPerShard,
    sigma: 0,
    isSeparate: false,
    isBundled: false,
    ...more,
  };
}

/**
 * The first few are fitted to. The others differ from them in all that matters (sizes, nodes, workers, protocol), and only say
 * how good the fit is. Neither list is to be changed because a result would look better.
 */
export const SHAPES: readonly Shape[] = [
  kind('fitted', 'large files', [1, 1], [16 * MIB, 1]),
  kind('fitted', 'large files', [1, 4], [16 * MIB, 1]),
  kind('fitted', 'tiny files', [1, 1], [4 * KIB, 9]),
  kind('fitted', 'tiny files', [1, 4], [4 * KIB, 9]),
  kind('fitted', 'small files', [4, 2], [64 * KIB, 7]),
  kind('fitted', 'tiny files, one a shard', [1, 2], [4 * KIB, 1]),
  kind('held back', 'medium files', [2, 4], [MIB, 3]),
  kind('held back', 'mixed sizes', [3, 2], [256 * KIB, 5], { sigma: 1.2 }),
  kind('held back', 'tiny files', [8, 1], [4 * KIB, 5]),
  kind('held back', 'medium files, hashed first', [2, 2], [MIB, 3], { isSeparate: true }),
  kind('held back', 'small files, bundled', [2, 2], [16 * KIB, 40], { isBundled: true }),
];

/** What a repository should move at least in the time of a run; a slower one gets smaller files. */
const USUAL_RUN_BYTES = 64 * MIB;

/** The same for a repository that is slow: large files would take too long. */
export function shapesFor(
  shapes: readonly Shape[],
  { totalBytesPerSec }: Expectation,
  { runMs }: Effort,
): readonly Shape[] {
  const share = (totalBytesPerSec * runMs) / 1000 / USUAL_RUN_BYTES;
  const scale = Math.min(1, 2 ** Math.floor(Math.log2(share)));
  return shapes.map((usual) => ({
    ...usual,
    medianBytes: Math.max(Math.min(usual.medianBytes, 64 * KIB), Math.round(usual.medianBytes * scale)),
  }));
}

/** What is known, roughly, before any run. */
export interface Expectation {
  /** Processor time of a file of no bytes, and what else it waits for. */
  readonly fileProcessorMs: number;
  readonly fileWaitMs: number;
  /** Of one thread that hashes and sends. */
  readonly bytesPerSec: number;
  readonly totalBytesPerSec: number;
  readonly cores: number;
}

const HEADER_BYTES = 4096;
const LEAST_SHARDS_PER_WORKER = 1;

/** How many shards a run of this shape should have, to take about as long as it should. */
export function shardsFor(shape: Shape, expected: Expectation, effort: Effort): number {
  const { nodes, workers, filesPerShard, medianBytes, sigma, isBundled } = shape;
  const fileBytes = medianBytes * Math.exp(sigma ** 2 / 2);
  const threads = nodes * workers;
  const filesOfShard = filesPerShard + 1;
  const bytesOfShard = filesPerShard * fileBytes + HEADER_BYTES;
  const objectsOfShard = isBundled ? 1 : filesOfShard;
  const processorMs =
    objectsOfShard * expected.fileProcessorMs + (bytesOfShard * 1000) / expected.bytesPerSec;
  const shardMs = Math.max(
    processorMs / Math.min(threads, expected.cores),
    (processorMs + objectsOfShard * expected.fileWaitMs) / threads,
    (bytesOfShard * 1000) / expected.totalBytesPerSec,
  );
  const most = Math.min(effort.runBytes / bytesOfShard, effort.runFiles / filesOfShard);
  const perThread = Math.round(Math.min(effort.runMs / shardMs, most) / threads);
  // Alike for all threads: a last shard that one of them does alone would say more of itself than of the rest.
  return threads * Math.max(LEAST_SHARDS_PER_WORKER, perThread);
}

/** The most that a run's files can have, data set and repository each: sizes vary in some. */
export const mostRunBytes = ({ runBytes }: Effort): number => 2 * runBytes;

/** A scenario of a shape, without any limit: what it takes is what the machine and the repository take. */
export function trialScenario(shape: Shape, shards: number, storage: StorageSpec): LoadedScenario {
  const { nodes, workers, medianBytes, sigma, filesPerShard, isSeparate, isBundled } = shape;
  const size = `${medianBytes} B`;
  const fileSize = sigma === 0 ? size : `{ lognormal: { median: ${size}, sigma: ${sigma} } }`;
  const preset = isSeparate ? 'preset: doris, tick: none' : 'preset: tuned';
  // A real node has `uploadWorkers` threads for its snapshots, too: so here the model has as many.
  const engine = `{ ${preset}, snapshotWorkers: ${workers}, uploadWorkers: ${workers} }`;
  const text = `
name: ${JSON.stringify(shape.name)}
cluster:
  nodes: ${nodes}
  replication: 1
  hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 }
  coordinator: { message: 0 }
repository: ${repositoryText(storage, isBundled ? ', bundleFilesBelow: 1 MiB' : '')}
databases:
  - name: calibration
    tables: [{ name: t, buckets: ${shards}, filesPerShard: ${filesPerShard}, fileSize: ${fileSize} }]
engine: ${engine}
statement: BACKUP SNAPSHOT calibration.run TO example_repo
`;
  return loadScenario(text, shape.name);
}

function repositoryText(spec: StorageSpec, bundling: string): string {
  if (spec.kind === 'local') return `{ type: local, latency: 0, durable: ${spec.durable}${bundling} }`;
  const { bucket, prefix, endpoint, region, addressing } = spec;
  const server = endpoint === undefined ? '' : `, endpoint: ${JSON.stringify(endpoint)}`;
  const location = JSON.stringify(`s3://${bucket}/${prefix}`);
  return `{ type: s3, latency: 0, location: ${location}, region: ${JSON.stringify(region)}, addressing: ${addressing}${server}${bundling} }`;
}
