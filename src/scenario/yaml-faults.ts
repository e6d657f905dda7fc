import type { Fault } from '../world/faults.js';
import { COORDINATOR, EVERYONE } from './build-faults.js';
import { shardText } from './fault-words.js';
import { timeText, shareText } from './quantity-text.js';

/** A fault's keys in the order in which they are written, the one that names its kind first. */
export type FaultEntries = readonly (readonly [key: string, value: string | number | null])[];

/** The keys of a fault in a scenario file, which read it again as it is. */
export function faultEntries(fault: Fault, nodeNames: readonly string[]): FaultEntries {
  const name = (node: number): string => nodeNames[node]!;
  switch (fault.kind) {
    case 'node-crash':
      return [
        [fault.kind, name(fault.node)],
        ...at(fault.atMs),
        ...lasts(fault.downMs),
        ['disk', fault.disk],
      ];
    case 'node-slow':
    case 'disk-slow':
      return [[fault.kind, name(fault.node)], ['factor', fault.factor], ...spanOf(fault)];
    case 'disk-full':
      return [[fault.kind, name(fault.node)], ...spanOf(fault)];
    case 'file-unreadable':
    case 'file-corrupt': {
      const where = [
        ['shard', shardText(fault.shard)],
        ['file', fault.file],
      ] as const;
      return [[fault.kind, name(fault.node)], ...where, ...at(fault.atMs)];
    }
    case 'replica-gone':
      return [[fault.kind, name(fault.node)], ['shard', shardText(fault.shard)], ...at(fault.atMs)];
    case 'partition':
      return [[fault.kind, name(fault.node)], ['from', fault.from], ...spanOf(fault)];
    case 'messages': {
      const fates = [
        ['lost', shareText(fault.lost)],
        ['duplicated', shareText(fault.duplicated)],
        ['late', timeText(fault.lateMs)],
      ] as const;
      return [
        [fault.kind, fault.node === undefined ? EVERYONE : name(fault.node)],
        ...fates,
        ...spanOf(fault),
      ];
    }
    case 'repository-failure': {
      const of =
        fault.of === undefined ? EVERYONE : fault.of === 'coordinator' ? COORDINATOR : name(fault.of);
      return [[fault.kind, fault.failure], ['chance', shareText(fault.chance)], ['of', of], ...spanOf(fault)];
    }
    case 'stale-listing':
      return [[fault.kind, null], ...spanOf(fault)];
    case 'bit-rot':
      return [[fault.kind, shareText(fault.pick)], ...at(fault.atMs)];
    case 'coordinator-crash': {
      const steps = fault.afterSteps === undefined ? [] : [['afterSteps', fault.afterSteps] as const];
      return [[fault.kind, null], ...at(fault.atMs), ...steps, ...lasts(fault.downMs)];
    }
    case 'clock-jump': {
      const by = `${fault.byMs < 0 ? '-' : ''}${timeText(Math.abs(fault.byMs))}`;
      return [[fault.kind, by], ...at(fault.atMs)];
    }
    case 'table-dropped': {
      const { database, table, partition } = fault;
      const names = [database, table, ...(partition === undefined ? [] : [partition])];
      return [[fault.kind, names.join('.')], ...at(fault.atMs)];
    }
    case 'cancel': {
      const state = fault.inState === undefined ? [] : [['in', fault.inState] as const];
      return [[fault.kind, null], ...at(fault.atMs), ...state];
    }
  }
}

const at = (ms: number | undefined): FaultEntries => (ms === undefined ? [] : [['at', timeText(ms)]]);
const lasts = (ms: number | undefined): FaultEntries => (ms === undefined ? [] : [['for', timeText(ms)]]);
const spanOf = ({ fromMs, forMs }: { readonly fromMs: number; readonly forMs?: number }): FaultEntries => [
  ...at(fromMs),
  ...lasts(forMs),
];
