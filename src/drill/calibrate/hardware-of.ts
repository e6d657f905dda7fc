import { fixed, type Distribution } from '../../base/distribution.js';
import { plural } from '../../base/text.js';
import {
  durationText,
  rateText,
  requestRateText,
  type MeasuredComments,
  type MeasuredFigure,
  type MeasuredHardware,
} from '../../scenario/index.js';
import type { BundledFileCost } from '../../world/hardware.js';
import { withRoundFigures } from './fit.js';
import type { MachineFigures } from './machine-probes.js';
import type { Places } from './places.js';
import { quantile } from '../../base/statistics.js';
import { rounded, type Spread } from './statistics.js';
import type { Saturation, StorageFigures } from './storage-probes.js';
import type { Expectation } from './trials.js';

export interface Figures {
  readonly machine: MachineFigures;
  readonly storage: StorageFigures;
}

/** What threads get on all cores, in cores; never more than there are. */
export function coresOf({ hash, hashOnAll }: MachineFigures, cores: number): number {
  return Math.min(cores, Math.max(1, hashOnAll.median / hash.median));
}

/**
 * What a core's worth of processor time hashes, in bytes a second. Where threads hash together that is more than one thread gets
 * on a core: it is what runs get that keep at least three threads busy.
 */
export function hashRateOf(machine: MachineFigures, cores: number): number {
  return Math.max(machine.hash.median, machine.hashTogether.median / coresOf(machine, cores));
}

/** A rate that was measured says how many requests there can be in a second, not that they keep a distance. */
const BURST = 64;

/** The model's parameters as far as probes tell them. */
export function hardwareOf(
  { machine, storage }: Figures,
  cores: number,
  { type, durable }: Pick<Places, 'type' | 'durable'>,
): Omit<MeasuredHardware, 'origin'> {
  return withRoundFigures({
    node: {
      diskBytesPerSec: machine.read.median,
      hashBytesPerSec: hashRateOf(machine, cores),
      nicBytesPerSec: Infinity,
      linkMs: machine.link.median,
      // Only runs tell.
      snapshotMs: 0,
    },
    host: { nodes: 'all', cores: coresOf(machine, cores), diskBytesPerSec: machine.read.median },
    coordinator: {
      messageMs: machine.message.median,
      persistMs: machine.persist.median,
      manifestBytesPerSec: machine.manifest.median,
    },
    repository: {
      type,
      durable,
      bandwidthBytesPerSec: limitOf(storage.bandwidth),
      perConnectionBytesPerSec: storage.connection.median,
      latencyMs: fixed(quantile(Float64Array.from(storage.latencyMs).sort(), 0.5)),
      requestsPerSec: limitOf(storage.requests),
      requestBurst: BURST,
      client: {
        requestMs: storage.requestProcessor.median,
        // Before runs tell more, as much as a file; an object store has none.
        directoryMs: type === 's3' ? 0 : storage.requestProcessor.median,
        bytesPerSec: storage.connectionProcessor.median,
        bundled: bundledOf(machine, type === 's3' || durable),
      },
    },
    origin: { figures: {}, fit: [] },
  });
}

/** What files are waited for that are made of a bundle: nodes have what was restored on the disk, unless the repository need not. */
function bundledOf(
  { readBundled, makeBundled, syncBundled }: MachineFigures,
  durable: boolean | undefined,
): BundledFileCost {
  const makeMs = makeBundled.median;
  const syncMs = durable ? Math.max(0, syncBundled.median - makeMs) : 0;
  return { readMs: readBundled.median, makeMs, syncMs };
}

/** What kept processors busy is no limit of the repository: the model has the processors themselves. */
const limitOf = ({ best, limitedBy }: Saturation): number =>
  limitedBy === 'repository' ? best.median : Infinity;

/** What to expect of runs, to make them neither too short nor too long. */
export function expectationOf(
  { machine, storage }: Figures,
  cores: number,
  requestsPerFile: number,
): Expectation {
  const hash = hashRateOf(machine, cores);
  const client = storage.connectionProcessor.median;
  return {
    fileProcessorMs: requestsPerFile * storage.requestProcessor.median,
    fileWaitMs: requestsPerFile * Math.max(0, storage.request.mean - storage.requestProcessor.median),
    bytesPerSec: 1 / (1 / hash + 1 / client),
    totalBytesPerSec: storage.bandwidth.best.median,
    cores: coresOf(machine, cores),
  };
}

const BUCKETS = 10;
/** The few that took very long (another process, a disk that was busy) are not what to expect. */
const LONGEST = 0.99;

/** Other forms of the same latencies. */
export function latencyForms(latencyMs: readonly number[]): readonly Distribution[] {
  const sorted = Float64Array.from(latencyMs).sort();
  const median = quantile(sorted, 0.5);
  const logs = sorted.map((ms) => Math.log(ms / median));
  // From quartiles, so that a few that took very long do not count: between them are 1.349 standard deviations.
  const sigma = (quantile(logs, 0.75) - quantile(logs, 0.25)) / 1.349;
  const at = (i: number): number => quantile(sorted, (i / BUCKETS) * LONGEST);
  const buckets = Array.from({ length: BUCKETS }, (_, i) => ({ min: at(i), max: at(i + 1), weight: 1 }));
  return [
    { kind: 'lognormal', median, sigma: Math.min(3, sigma) },
    { kind: 'histogram', buckets },
  ];
}

type Format = (value: number) => string;
const rate: Format = (value) => rateText(rounded(value));
const time: Format = (value) => durationText(rounded(value));
const perSecond: Format = (value) => requestRateText(rounded(value));

const figure = ({ median, p10, p90, samples }: Spread, format: Format): MeasuredFigure => ({
  median: format(median),
  p10: format(p10),
  p90: format(p90),
  samples,
});

/** Everything that was probed, by name, as it goes into the file. */
export function figuresOf({ machine, storage }: Figures): Readonly<Record<string, MeasuredFigure>> {
  return {
    'read (all cores)': figure(machine.read, rate),
    'hash (one core)': figure(machine.hash, rate),
    'hash (all cores)': figure(machine.hashOnAll, rate),
    'hash (together)': figure(machine.hashTogether, rate),
    'link (a file)': figure(machine.link, time),
    'bundling (read a file)': figure(machine.readBundled, time),
    'bundling (make a file)': figure(machine.makeBundled, time),
    'bundling (make a file, synced)': figure(machine.syncBundled, time),
    'message (one way)': figure(machine.message, time),
    'journal write': figure(machine.persist, time),
    'manifest building': figure(machine.manifest, rate),
    'request (in all)': figure(storage.request, time),
    'request (processor)': figure(storage.requestProcessor, time),
    'upload (one)': figure(storage.connection, rate),
    'upload (processor)': figure(storage.connectionProcessor, rate),
    'uploads (together)': figure(storage.bandwidth.best, rate),
    'requests (together)': figure(storage.requests.best, perSecond),
  };
}

/** What to say beside the values of the file. */
export function commentsOf({ machine, storage }: Figures): MeasuredComments {
  const of = (spread: Spread, format: Format): string =>
    `median ${format(spread.median)}, ${format(spread.p10)} to ${format(spread.p90)} (${spread.samples} samples, a tenth below, a tenth above)`;
  const fitted = (spread: Spread, format: Format): string => `fitted; probed: ${of(spread, format)}`;
  return {
    'cluster.hardware.disk': `from memory: ${of(machine.read, rate)}`,
    'cluster.hardware.hash': `${fitted(machine.hash, rate)} by one thread, ${of(machine.hashTogether, rate)} by all together`,
    'cluster.hardware.nic': 'no card between threads of one machine',
    'cluster.hardware.link': of(machine.link, time),
    'cluster.host.nodes':
      'the nodes of drill run share this machine; where each has a machine of its own, make it 1 before planning them',
    'cluster.host.cores': `hashing on all cores, ${of(machine.hashOnAll, rate)}, by hashing on one`,
    'cluster.host.disk': 'the same: there is one',
    'cluster.hardware.snapshot': 'fitted to the runs: of one shard, besides its links',
    'cluster.coordinator.message': of(machine.message, time),
    'cluster.coordinator.persist': of(machine.persist, time),
    'cluster.coordinator.manifest': of(machine.manifest, rate),
    'repository.bandwidth': saturated(storage.bandwidth, of(storage.bandwidth.best, rate)),
    'repository.perConnection': of(storage.connection, rate),
    'repository.latency': `fitted; probed: ${of(storage.request, time)}`,
    'repository.requestRate': saturated(storage.requests, of(storage.requests.best, perSecond)),
    'repository.client.request': fitted(storage.requestProcessor, time),
    'repository.client.directory': 'fitted to the runs',
    'repository.client.bundled.read': of(machine.readBundled, time),
    'repository.client.bundled.make': of(machine.makeBundled, time),
    'repository.client.bundled.sync': `besides making it: ${of(machine.syncBundled, time)}`,
    'repository.client.bytes': fitted(storage.connectionProcessor, rate),
  };
}

function saturated({ threads, limitedBy }: Saturation, spread: string): string {
  const got = `${plural(threads, 'thread')} got ${spread}`;
  if (limitedBy === 'repository') return `${got}; more got no more`;
  if (limitedBy === 'processor') return `${got}, which kept the processors busy: see client`;
  return `${got}, and more would have got more`;
}
