import type { Effort } from './effort.js';
import type { Places } from './places.js';
import type { Prober, Timed } from './prober.js';
import { median } from '../../base/statistics.js';
import { spreadOf, type Spread } from './statistics.js';

/** Rates in bytes (or requests) a second, durations in milliseconds. */
export interface StorageFigures {
  /** From a small request to its answer, of the requests of a file on average: everything, … */
  readonly request: Spread;
  /** … and what of it is processor time, on this side. */
  readonly requestProcessor: Spread;
  /** The request's times, a sample a file: the processor works for it while its answer is on the way. */
  readonly latencyMs: readonly number[];
  /** One file on its way, its request aside. */
  readonly connection: Spread;
  /** Processor time of its bytes, as the rate of a thread that does nothing else. */
  readonly connectionProcessor: Spread;
  readonly requests: Saturation;
  readonly bandwidth: Saturation;
}

/** What more and more threads get together. */
export interface Saturation {
  /** Of the best number of threads. */
  readonly best: Spread;
  readonly threads: number;
  /**
   * `repository`: more threads got no more, and the processors had time left. `processor`: they had none, so that the
   * repository's own limit was not reached. `none`: it was growing still.
   */
  readonly limitedBy: 'repository' | 'processor' | 'none';
}

/** Threads at once, tried in this order. */
const LADDER = [1, 2, 4, 8, 16] as const;
export const MOST_THREADS = LADDER.at(-1)!;
/** More threads that get less than this much more get no more: so it ends when two numbers of threads in a row do. */
const GROWTH = 1.1;
const STEPS_WITHOUT_GROWTH = 2;
/** Of all cores: above this share, it is they that limit. */
const BUSY = 0.85;

const SMALL_BYTES = 4096;
const KIB = 1024;
const LEAST_LARGE_BYTES = 256 * KIB;
/** No more than what every storage takes in one piece: see repository/storage/s3/settings.ts. */
const MOST_LARGE_BYTES = 8192 * KIB;
const MOST_FILES = 300;
const MOST_LARGE_FILES = 8;
/** So slow a processor costs nothing that could be seen. */
const FASTEST_BYTES_PER_SEC = 1e11;
const LEAST_MS = 1e-4;

/** What must be free in the repository for these, at most at one time. */
export const STORAGE_PROBE_BYTES = 2 * MOST_THREADS * MOST_LARGE_BYTES;

interface Batch extends Timed {
  readonly files: number;
  readonly threads: number;
}

/** Measures what the repository gives: single requests, single files, and both for more and more threads at once. */
export async function probeStorage(
  prober: Pick<Prober, 'measure'>,
  places: Places,
  effort: Effort,
  cores: number,
): Promise<StorageFigures> {
  let batches = 0;
  const put = async (threads: number, files: number, sizeBytes: number): Promise<Batch> => {
    const name = `probe-${batches++}`;
    const spec = places.storage('probe');
    const tasks = Array.from({ length: threads }, (_, i) => ({
      kind: 'put' as const,
      spec,
      directory: `${name}/${i}`,
      files,
      sizeBytes,
    }));
    const timed = await prober.measure(tasks);
    await places.empty('probe');
    return { ...timed, files: files * threads, threads };
  };
  // Threads open their storage, and S3 its connections, with their first request.
  await put(MOST_THREADS, 1, SMALL_BYTES);
  const files = filesFor(effort.roundMs, fileMs(await put(1, 2, SMALL_BYTES)), MOST_FILES);
  const small = await climb((threads) => put(threads, shared(files, threads), SMALL_BYTES), effort);
  const largeBytes = largeFileBytes(fileMs(await put(1, 1, LEAST_LARGE_BYTES)), effort);
  const large = await climb((threads) => put(threads, shared(MOST_LARGE_FILES, threads), largeBytes), effort);
  const perThread = small.get(1)!;
  const requestsPerFile = perThread[0]!.samplesMs.length / perThread[0]!.files;
  const requestProcessorMs = (batch: Batch): number => batch.processorMs / batch.samplesMs.length;
  const requestProcessor = spreadOf(perThread.map(requestProcessorMs));
  const all = perThread.flatMap((batch) => filesMs(batch, requestsPerFile).map((ms) => ms / requestsPerFile));
  const request = spreadOf(all);
  return {
    request,
    requestProcessor,
    latencyMs: all.map((ms) => Math.max(LEAST_MS, ms)),
    ...oneConnection(large.get(1)!, largeBytes, requestsPerFile, request.median, requestProcessor.median),
    requests: saturation(small, cores, requestsPerFile),
    bandwidth: saturation(large, cores, largeBytes),
  };
}

function oneConnection(
  batches: readonly Batch[],
  sizeBytes: number,
  requestsPerFile: number,
  requestMs: number,
  requestProcessorMs: number,
): Pick<StorageFigures, 'connection' | 'connectionProcessor'> {
  const allMs = batches.flatMap((batch) => filesMs(batch, requestsPerFile));
  const rate = (ms: number): number =>
    Math.min(FASTEST_BYTES_PER_SEC, (sizeBytes * 1000) / Math.max(LEAST_MS, ms));
  return {
    connection: spreadOf(allMs.map((ms) => rate(Math.max(ms / 2, ms - requestsPerFile * requestMs)))),
    connectionProcessor: spreadOf(
      batches.map(({ processorMs, files }) =>
        rate(processorMs / files - requestsPerFile * requestProcessorMs),
      ),
    ),
  };
}

/** What each file took: all of its requests. They differ, since a file's bytes are synced, and its name with others. */
function filesMs({ samplesMs, files }: Batch, requestsPerFile: number): number[] {
  return Array.from({ length: files }, (_, file) =>
    samplesMs.slice(file * requestsPerFile, (file + 1) * requestsPerFile).reduce((sum, ms) => sum + ms, 0),
  );
}

/** Files of each thread: so many more threads should not take so many times as long. */
const shared = (files: number, threads: number): number =>
  Math.max(2, Math.ceil((2 * files) / (threads + 1)));

/** Tries more and more threads until they get no more, then all of these again, in turn. */
async function climb(
  measure: (threads: number) => Promise<Batch>,
  effort: Effort,
): Promise<ReadonlyMap<number, readonly Batch[]>> {
  const startMs = performance.now();
  const found = new Map<number, Batch[]>();
  let bestRate = 0;
  let withoutGrowth = 0;
  for (const threads of LADDER) {
    const batch = await measure(threads);
    found.set(threads, [batch]);
    const rate = batch.files / batch.wallMs;
    withoutGrowth = rate < bestRate * GROWTH ? withoutGrowth + 1 : 0;
    bestRate = Math.max(bestRate, rate);
    if (withoutGrowth === STEPS_WITHOUT_GROWTH) break;
  }
  // Each number of threads is another sample of the same repository: half of the rounds will do.
  for (let round = 1; round < Math.ceil(effort.rounds / 2); round++) {
    if (performance.now() - startMs > effort.climbWithinMs) break;
    for (const [threads, batches] of found) batches.push(await measure(threads));
  }
  return found;
}

/** `perFile`: what is counted of each file, bytes or requests. */
export function saturation(
  found: ReadonlyMap<number, readonly Pick<Batch, 'files' | 'wallMs' | 'processorMs'>[]>,
  cores: number,
  perFile: number,
): Saturation {
  const levels = [...found].map(([threads, batches]) => ({
    threads,
    rate: spreadOf(batches.map(({ files, wallMs }) => (files * perFile * 1000) / wallMs)),
    busy: median(batches.map(({ processorMs, wallMs }) => processorMs / (wallMs * cores))),
  }));
  const best = levels.reduce((a, b) => (b.rate.median > a.rate.median ? b : a));
  const before = levels[levels.indexOf(best) - 1];
  const isLast = best === levels.at(-1);
  const isGrowing = isLast && before !== undefined && best.rate.median >= before.rate.median * GROWTH;
  const limitedBy = best.busy >= BUSY ? 'processor' : isGrowing ? 'none' : 'repository';
  return { best: best.rate, threads: best.threads, limitedBy };
}

/** All requests of a file: a sample is of one of them only. */
const fileMs = ({ wallMs, files }: Batch): number => wallMs / files;

function filesFor(roundMs: number, eachMs: number, most: number): number {
  return Math.max(2, Math.min(most, Math.round(roundMs / 2 / Math.max(LEAST_MS, eachMs))));
}

/** So large that a file takes a good part of a round, a power of two. */
function largeFileBytes(leastMs: number, { roundMs }: Effort): number {
  const wanted = (LEAST_LARGE_BYTES * roundMs) / Math.max(LEAST_MS, leastMs);
  const power = 2 ** Math.round(Math.log2(wanted));
  return Math.max(LEAST_LARGE_BYTES, Math.min(MOST_LARGE_BYTES, power));
}
