import { limitsText } from '../base/limits-text.js';
import { plural } from '../base/text.js';
import { formatCount } from '../base/units.js';
import { CAUSE_LABELS, CAUSES, type Cause, type CauseTimes, type Forecast } from '../world/outlook.js';
import type { VariantReport } from '../world/result.js';
import { formatShare, ratio, sum } from './numbers.js';
import { plainText } from './text.js';

/** What each cause is, for people who see its label for the first time. */
export const CAUSE_MEANINGS: Readonly<Record<Cause, string>> = {
  disk: 'reading, as fast as the disk gives',
  cpu: 'hashing and sending with all cores busy',
  workers: 'a thread hashes and sends no faster, while cores have room',
  nic: "sending, as fast as the node's card takes",
  connection: 'sending, as fast as one connection may',
  bandwidth: 'sending, with all nodes sharing what the repository takes',
  limits: 'sending, or waiting to, as much as the job may',
  latency: 'waiting for answers to requests',
  requestRate: 'requests waiting for their turn',
  snapshot: 'hard links and directories',
  imbalance: 'more to do, or slower, than the mean of all workers',
  coordinator: 'ticks, messages, the journal, the manifest',
  waiting: 'nodes that are away or slow, retries, and the coordinator',
};

export interface CauseShare {
  readonly cause: Cause;
  readonly ms: number;
  /** Of the whole time, from 0 to 1. */
  readonly share: number;
}

/** Causes that took any time, the longest first; those of equal time in their usual order. */
export function causeShares(causeMs: CauseTimes): readonly CauseShare[] {
  const totalMs = sum(CAUSES.map((cause) => causeMs[cause]));
  return CAUSES.map((cause) => ({
    cause,
    ms: causeMs[cause],
    share: ratio(causeMs[cause], totalMs) ?? 0,
  }))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms);
}

/** A node that ends last in this share of the runs is named; else it differs from run to run. */
const USUALLY_LAST = 0.5;
/** A second cause is named beside one that has less than this of the time … */
const NOT_ALONE = 0.5;
/** … where its time is at least this part of the first one's. */
const NEARLY_AS_MUCH = 0.6;

interface Setting {
  /** The node that ends last, where it is usually the same. */
  readonly node: string | undefined;
  readonly nodes: number;
  readonly workers: number;
  readonly requests: number;
  /** What the job may do, for people. */
  readonly limits: string | undefined;
}

/**
 * `Bound by upload workers on be-7, whose one thread does all hashing and sending (61 % of the time)`: what most of the time
 * went to, with a second cause where the first has less than half of it. Undefined where no time passed.
 */
export function boundBy(
  forecast: Forecast,
  { predicted, nodes }: Pick<VariantReport, 'predicted' | 'nodes'>,
): string | undefined {
  const [first, second] = causeShares(forecast.causeMs);
  if (first === undefined) return undefined;
  const last = forecast.criticalNodes[0];
  const name = last !== undefined && last.share >= USUALLY_LAST ? last.name : undefined;
  const ofNode = predicted.nodes.find((node) => node.name === last?.name) ?? predicted.nodes[0];
  const phrase = PHRASES[first.cause]({
    node: name === undefined ? undefined : plainText(name),
    nodes,
    workers: ofNode?.workers ?? 0,
    requests: predicted.totals.requests,
    limits: predicted.job.limits && limitsText(predicted.job.limits),
  });
  const both = second !== undefined && first.share < NOT_ALONE && second.ms >= first.ms * NEARLY_AS_MUCH;
  const besides = both ? ` and ${CAUSE_LABELS[second.cause]} (${formatShare(second.share)})` : '';
  return `Bound by ${phrase} (${formatShare(first.share)} of the time)${besides}`;
}

const threads = (count: number): string => (count === 1 ? 'one thread' : `${formatCount(count)} threads`);

const PHRASES: Readonly<Record<Cause, (setting: Setting) => string>> = {
  disk: ({ node }) => (node === undefined ? "the nodes' disks" : `the disk of ${node}`),
  cpu: ({ node }) =>
    node === undefined ? 'processors, with all cores busy' : `the processor of ${node}, with all cores busy`,
  workers: ({ node, workers }) => {
    if (workers === 0) return 'upload workers';
    const have = `${threads(workers)} ${workers === 1 ? 'does' : 'do'}`;
    return node === undefined
      ? `upload workers: on each node ${have} all hashing and sending`
      : `upload workers on ${node}, whose ${have} all hashing and sending`;
  },
  nic: ({ node }) => (node === undefined ? "the nodes' network cards" : `the network card of ${node}`),
  connection: () => 'what the repository gives one connection',
  bandwidth: ({ nodes }) =>
    nodes > 1
      ? `the repository's bandwidth, which ${plural(nodes, 'node')} share`
      : "the repository's bandwidth",
  limits: ({ limits }) =>
    `the limits of the job itself${limits === undefined ? '' : ` (${limits})`}, and not by what the hardware can do`,
  latency: ({ requests }) => `request latency: waiting for answers to ${plural(requests, 'request')}`,
  requestRate: ({ requests }) =>
    `the repository's request rate: ${plural(requests, 'request')} wait for their turn`,
  snapshot: ({ node }) =>
    node === undefined ? 'hard links for snapshots' : `hard links for snapshots on ${node}`,
  imbalance: ({ node }) =>
    node === undefined
      ? 'one worker that had more to do, or was slower, than the mean of all'
      : `${node} alone, which had more to do, or was slower, than the mean of all`,
  coordinator: () => 'the coordinator: its ticks, messages and metadata',
  waiting: () => 'what went wrong: waiting for nodes that are away or slow, and for retries',
};
