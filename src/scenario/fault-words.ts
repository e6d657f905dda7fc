import { formatCount, formatDuration } from '../base/units.js';
import type { Fault, ShardRef } from '../world/faults.js';

/** `be-2 dies at 10 s, for 30 s, and loses its disk`: a fault in words, for reports. */
export function faultText(fault: Fault, nodeNames: readonly string[]): string {
  const name = (node: number): string => nodeNames[node] ?? `node ${node}`;
  switch (fault.kind) {
    case 'node-crash': {
      const back = fault.downMs === undefined ? ' and stays away' : `, for ${formatDuration(fault.downMs)}`;
      const disk = fault.disk === 'lost' && fault.downMs !== undefined ? ', and loses its disk' : '';
      return `${name(fault.node)} dies at ${formatDuration(fault.atMs)}${back}${disk}`;
    }
    case 'node-slow':
      return `${name(fault.node)} is ${times(fault.factor)} slower ${spanText(fault)}`;
    case 'disk-slow':
      return `the disk of ${name(fault.node)} is ${times(fault.factor)} slower ${spanText(fault)}`;
    case 'disk-full':
      return `the disk of ${name(fault.node)} is full ${spanText(fault)}`;
    case 'file-unreadable':
      return `${name(fault.node)} cannot read ${fileText(fault)} from ${formatDuration(fault.atMs)} on`;
    case 'file-corrupt':
      return `${name(fault.node)} has wrong bytes in ${fileText(fault)} from ${formatDuration(fault.atMs)} on`;
    case 'replica-gone':
      return `${name(fault.node)} loses its replica of ${shardText(fault.shard)} at ${formatDuration(fault.atMs)}`;
    case 'partition':
      return `${name(fault.node)} is cut off from the ${fault.from} ${spanText(fault)}`;
    case 'messages': {
      const whose = fault.node === undefined ? 'messages' : `messages of ${name(fault.node)}`;
      return `${whose} are ${fatesText(fault)} ${spanText(fault)}`;
    }
    case 'table-dropped': {
      const { database, table, partition } = fault;
      const what = partition === undefined ? '' : `.${partition}`;
      return `${database}.${table}${what} is dropped at ${formatDuration(fault.atMs)}`;
    }
    default:
      return nodelessText(fault, name);
  }
}

function nodelessText(
  fault: Exclude<Fault, { readonly node?: number } | { readonly table: string }>,
  name: (node: number) => string,
): string {
  switch (fault.kind) {
    case 'repository-failure': {
      const by = fault.of === 'coordinator' ? 'the coordinator' : fault.of;
      const whose = by === undefined ? '' : ` of ${typeof by === 'number' ? name(by) : by}`;
      return `${percent(fault.chance)} of the requests${whose} ${FAILURES[fault.failure]} ${spanText(fault)}`;
    }
    case 'stale-listing':
      return `listings of the repository are stale ${spanText(fault)}`;
    case 'bit-rot':
      return `a stored file loses bits at ${formatDuration(fault.atMs)}`;
    case 'coordinator-crash': {
      const { atMs, afterSteps = 0, downMs } = fault;
      const when =
        atMs === undefined ? `after ${formatCount(afterSteps)} steps` : `at ${formatDuration(atMs)}`;
      return `the coordinator dies ${when}, for ${formatDuration(downMs)}`;
    }
    case 'clock-jump': {
      const way = fault.byMs < 0 ? 'back' : 'forward';
      return `the calendar jumps ${way} by ${formatDuration(Math.abs(fault.byMs))} at ${formatDuration(fault.atMs)}`;
    }
    case 'cancel':
      return `the job is cancelled ${fault.atMs === undefined ? `in ${fault.inState ?? 'any state'}` : `at ${formatDuration(fault.atMs)}`}`;
  }
}

const FAILURES = {
  error: 'fail',
  'slow-down': 'are told to slow down',
  timeout: 'are never answered',
  torn: 'are done by half',
} as const;

const times = (factor: number): string => `${Number(factor.toPrecision(3))} times`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** `shop.orders.p1/orders/3`: as in scenario files. */
export const shardText = ({ database, table, partition, index, bucket }: ShardRef): string =>
  `${database}.${table}.${partition}/${index}/${bucket}`;

const fileText = ({ file, shard }: { readonly file: number; readonly shard: ShardRef }): string =>
  `${file === 0 ? 'the header' : `file ${file}`} of ${shardText(shard)}`;

function fatesText(fault: Extract<Fault, { readonly kind: 'messages' }>): string {
  const fates = [
    ...(fault.lost > 0 ? [`lost (${percent(fault.lost)})`] : []),
    ...(fault.duplicated > 0 ? [`doubled (${percent(fault.duplicated)})`] : []),
    ...(fault.lateMs > 0 ? [`late by up to ${formatDuration(fault.lateMs)}`] : []),
  ];
  return fates.length === 0 ? 'as ever' : fates.join(', ');
}

function spanText({ fromMs, forMs }: { readonly fromMs: number; readonly forMs?: number }): string {
  const from = `from ${formatDuration(fromMs)}`;
  return forMs === undefined ? `${from} on` : `${from}, for ${formatDuration(forMs)}`;
}
