import test from 'ava';
import * as fc from 'fast-check';
import { QUICK, THOROUGH } from '../../../src/drill/calibrate/effort.js';
import type { Places } from '../../../src/drill/calibrate/places.js';
import type { ProbeTask } from '../../../src/drill/calibrate/probe-tasks.js';
import type { Timed } from '../../../src/drill/calibrate/prober.js';
import { probeStorage, type StorageFigures } from '../../../src/drill/calibrate/storage-probes.js';

const PLACES: Places = {
  work: '',
  about: '',
  type: 'local',
  durable: true,
  repositoryDirectory: undefined,
  storage: () => ({ kind: 'local', directory: '', durable: true }),
  empty: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

type Put = Extract<ProbeTask, { kind: 'put' }>;

/** A repository whose files take some time each and some for their bytes, and of that time a part for their renames. */
interface Storage {
  readonly fileMs: number;
  readonly msPerMib: number;
  readonly renameShare: number;
}

const storages: fc.Arbitrary<Storage> = fc.record({
  fileMs: fc.double({ min: 0.05, max: 200, noNaN: true }),
  msPerMib: fc.double({ min: 0.1, max: 500, noNaN: true }),
  renameShare: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
});

const timeOf = ({ fileMs, msPerMib }: Storage, { sizeBytes }: Put): number =>
  fileMs + (sizeBytes / 2 ** 20) * msPerMib;

function timed(storage: Storage, tasks: readonly Put[]): Timed {
  const samplesMs = tasks.flatMap((task) => {
    const renameMs = storage.fileMs * storage.renameShare;
    return Array.from({ length: task.files }, () => [timeOf(storage, task) - renameMs, renameMs]).flat();
  });
  const wallMs = Math.max(...tasks.map((task) => task.files * timeOf(storage, task)));
  return { samplesMs, wallMs, processorMs: wallMs / 2 };
}

/** The probes of one thread alone, each kind once, in order, and what is found. */
async function probesOfOne(
  storage: Storage,
  roundMs: number,
): Promise<{ readonly asked: readonly Put[]; readonly figures: StorageFigures }> {
  const asked: Put[] = [];
  const prober = {
    measure(tasks: readonly ProbeTask[]): Promise<Timed> {
      const puts = tasks.filter((task) => task.kind === 'put');
      if (puts.length === 1) asked.push(puts[0]!);
      return Promise.resolve(timed(storage, puts));
    },
  };
  const figures = await probeStorage(prober, PLACES, { ...QUICK, rounds: 1, roundMs }, 2);
  return { asked, figures };
}

test('a round of probes takes about as long as it should, whatever part of a file its rename is', async (t) => {
  await fc.assert(
    fc.asyncProperty(storages, fc.constantFrom(QUICK.roundMs, THOROUGH.roundMs), async (storage, roundMs) => {
      const { asked } = await probesOfOne(storage, roundMs);
      const [, small, , large] = asked;
      const smallMs = small!.files * timeOf(storage, small!);
      // Half of a round, within a rounded number of files: from 2 to 300 of them.
      if (small!.files < 300) t.true(smallMs >= roundMs / 2.6, `${small!.files} files take ${smallMs} ms`);
      if (small!.files > 2) t.true(smallMs <= roundMs / 1.6, `${small!.files} files take ${smallMs} ms`);
      // A file of a round, within a power of two and what there is besides bytes: from 256 KiB to 8 MiB.
      const largeMs = timeOf(storage, large!);
      if (large!.sizeBytes > 2 ** 18) t.true(largeMs <= roundMs * 1.5, `${large!.sizeBytes}: ${largeMs} ms`);
      // Its size is in proportion to a round over what the least one took, of which a part was not for its bytes.
      const leastMs = storage.fileMs + storage.msPerMib / 4;
      const bytesShare = 1 - storage.fileMs / leastMs;
      if (large!.sizeBytes < 2 ** 23)
        t.true(
          largeMs >= storage.fileMs + (bytesShare * roundMs) / 1.42,
          `${large!.sizeBytes}: ${largeMs} ms`,
        );
    }),
    { numRuns: Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100) },
  );
});

test('a request is half of a small file, and what a large one takes besides is its bytes, whatever part its rename is', async (t) => {
  const isAbout = (actual: number, wanted: number, what: string): void => {
    t.true(Math.abs(actual - wanted) <= 1e-6 * wanted, `${what}: ${actual} instead of ${wanted}`);
  };
  await fc.assert(
    fc.asyncProperty(storages, async (storage) => {
      const { asked, figures } = await probesOfOne(storage, QUICK.roundMs);
      const [, small, , large] = asked;
      const smallMs = timeOf(storage, small!);
      isAbout(figures.request.median, smallMs / 2, 'a request');
      for (const ms of figures.latencyMs) isAbout(ms, smallMs / 2, 'a latency');
      const largeMs = timeOf(storage, large!);
      const bytesMs = Math.max(largeMs / 2, largeMs - smallMs);
      isAbout(figures.connection.median, (large!.sizeBytes * 1000) / bytesMs, 'a connection');
    }),
    { numRuns: Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100) },
  );
});
