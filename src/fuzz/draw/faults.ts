import type { Catalog } from '../../catalog/index.js';
import { FAULT_KINDS, type Fault, type FaultKind, type ShardRef } from '../../world/faults.js';
import type { Dice } from './dice.js';
import { TICKS } from './estimate.js';
import { drawMotif } from './motifs.js';

/** What faults are drawn for. */
export interface FaultStage {
  readonly catalog: Catalog;
  /** About when it will be over; moments are drawn from it. */
  readonly estimateMs: number;
  readonly tickMs: number;
  /** When a silent node is given up. */
  readonly lostAfterMs: number;
  /** When something of consequence happens without faults, where that is known. */
  readonly moments: readonly number[];
  /** The same, where it is worth finding out. */
  readonly dryRun: () => readonly number[];
  /** Places of shards that may be struck, with the nodes that hold them. */
  readonly places: readonly ShardPlace[];
  readonly tables: readonly {
    readonly database: string;
    readonly table: string;
    readonly partitions: readonly string[];
  }[];
  readonly states: readonly string[];
}

export interface ShardPlace {
  readonly shard: ShardRef;
  readonly files: number;
  readonly nodes: readonly number[];
}

/** A share of cases in which nothing goes wrong at all: the checkers must be right there too. */
const FAULTLESS = 0.05;

/** Two slownesses of a node go together: what is begun under them has to end in the calm as well. */
const SLOWEST = 30;

/** What ends a job at once hides what would have come after it. */
const RARER: Readonly<Partial<Record<FaultKind, number>>> = {
  'table-dropped': 0.4,
  cancel: 0.6,
  'disk-full': 0.7,
};

/**
 * A swarm: each kind of fault is on or off by coin, so that cases differ in what they are made of and rare mixtures are not
 * drowned by common ones; what is on comes with weights and lengths of every order.
 */
export function drawFaults(dice: Dice, stage: FaultStage): Fault[] {
  if (dice.chance(FAULTLESS)) return [];
  const probability = dice.pick([0.08, 0.2, 0.4]);
  const most = dice.pick([1, 1, 2, 4]);
  const faults: Fault[] = [];
  for (const kind of FAULT_KINDS) {
    if (!dice.chance(probability * (RARER[kind] ?? 1))) continue;
    const count = dice.int(1, most);
    for (let i = 0; i < count; i++) {
      const fault = DRAWS[kind](dice, stage);
      if (fault && !isSlowTwice(faults, fault)) faults.push(fault);
    }
  }
  for (const fault of drawMotif(dice, stage)) if (!isSlowTwice(faults, fault)) faults.push(fault);
  return faults;
}

const isSlowTwice = (faults: readonly Fault[], fault: Fault): boolean =>
  'factor' in fault && faults.some((other) => other.kind === fault.kind && other.node === fault.node);

type Draw = (dice: Dice, stage: FaultStage) => Fault | undefined;

const DRAWS: Readonly<Record<FaultKind, Draw>> = {
  'node-crash': (dice, stage) => ({
    kind: 'node-crash',
    node: nodeOf(dice, stage),
    atMs: momentOf(dice, stage),
    ...(dice.chance(0.2) ? {} : { downMs: lengthOf(dice, stage) }),
    disk: dice.pick(['kept', 'kept', 'lost'] as const),
  }),
  'node-slow': (dice, stage) => ({
    kind: 'node-slow',
    node: nodeOf(dice, stage),
    factor: dice.magnitude(2, SLOWEST),
    ...spanOf(dice, stage),
  }),
  'disk-slow': (dice, stage) => ({
    kind: 'disk-slow',
    node: nodeOf(dice, stage),
    factor: dice.magnitude(2, SLOWEST),
    ...spanOf(dice, stage),
  }),
  'disk-full': (dice, stage) => ({ kind: 'disk-full', node: nodeOf(dice, stage), ...spanOf(dice, stage) }),
  'file-unreadable': (dice, stage) => struck('file-unreadable', dice, stage),
  'file-corrupt': (dice, stage) => struck('file-corrupt', dice, stage),
  'replica-gone': (dice, stage) => {
    const place = placeOf(dice, stage);
    if (!place) return undefined;
    return {
      kind: 'replica-gone',
      node: dice.pick(place.nodes),
      shard: place.shard,
      atMs: momentOf(dice, stage),
    };
  },
  partition: (dice, stage) => ({
    kind: 'partition',
    node: nodeOf(dice, stage),
    from: dice.pick(['coordinator', 'repository'] as const),
    ...spanOf(dice, stage),
  }),
  messages: (dice, stage) => ({
    kind: 'messages',
    ...(dice.chance(0.5) ? {} : { node: nodeOf(dice, stage) }),
    lost: dice.pick([0, 0, 0.05, 0.3, 0.9]),
    duplicated: dice.pick([0, 0, 0.1, 0.5, 1]),
    lateMs: dice.pick([0, 0, 1]) * lengthOf(dice, stage),
    ...spanOf(dice, stage),
  }),
  'repository-failure': (dice, stage) => {
    const of = dice.pick([undefined, undefined, 'coordinator' as const, nodeOf(dice, stage)]);
    return {
      kind: 'repository-failure',
      ...(of === undefined ? {} : { of }),
      chance: dice.pick([0.02, 0.1, 0.5, 1]),
      failure: dice.pick(['error', 'slow-down', 'timeout', 'torn'] as const),
      ...spanOf(dice, stage),
    };
  },
  'stale-listing': (dice, stage) => ({ kind: 'stale-listing', ...spanOf(dice, stage) }),
  'bit-rot': (dice, stage) => ({
    kind: 'bit-rot',
    atMs: momentOf(dice, stage),
    pick: Math.round(dice.share() * 1000) / 1000,
  }),
  'coordinator-crash': (dice, stage) => {
    const downMs = dice.chance(0.5) ? dice.magnitude(1, 100) : lengthOf(dice, stage);
    if (dice.chance(0.5)) return { kind: 'coordinator-crash', atMs: momentOf(dice, stage), downMs };
    return { kind: 'coordinator-crash', afterSteps: Math.round(dice.magnitude(1, 100)), downMs };
  },
  'clock-jump': (dice, stage) => ({
    kind: 'clock-jump',
    atMs: momentOf(dice, stage),
    byMs: dice.pick([-1, 1]) * Math.round(dice.magnitude(100, 86_400_000)),
  }),
  'table-dropped': (dice, stage) => {
    if (stage.tables.length === 0) return undefined;
    const { database, table, partitions } = dice.pick(stage.tables);
    const partition = dice.chance(0.4) && partitions.length > 0 ? dice.pick(partitions) : undefined;
    const atMs = momentOf(dice, stage);
    return {
      kind: 'table-dropped',
      atMs,
      database,
      table,
      ...(partition === undefined ? {} : { partition }),
    };
  },
  cancel: (dice, stage) =>
    dice.chance(0.5)
      ? { kind: 'cancel', atMs: momentOf(dice, stage) }
      : { kind: 'cancel', inState: dice.pick(stage.states) },
};

const nodeOf = (dice: Dice, { catalog }: FaultStage): number => dice.int(0, catalog.nodeNames.length - 1);

const placeOf = (dice: Dice, { places }: FaultStage): ShardPlace | undefined =>
  places.length === 0 ? undefined : dice.pick(places);

function struck(kind: 'file-unreadable' | 'file-corrupt', dice: Dice, stage: FaultStage): Fault | undefined {
  const place = placeOf(dice, stage);
  if (!place) return undefined;
  const atMs = dice.chance(0.5) ? 0 : momentOf(dice, stage);
  return { kind, node: dice.pick(place.nodes), shard: place.shard, file: dice.int(0, place.files - 1), atMs };
}

/**
 * Most moments lie within the run, some at its very beginning, some after what was thought to be its end. With a tick, a run is
 * mostly waiting: so half of them lie where there is work, which is soon after a tick.
 */
function momentOf(dice: Dice, { estimateMs, tickMs, moments }: FaultStage): number {
  const kind = dice.share();
  if (kind < 0.1) return 0;
  if (moments.length > 0 && dice.chance(0.7)) return besides(dice, dice.pick(moments));
  if (tickMs > 0 && dice.chance(0.5)) {
    const workMs = Math.max(1, estimateMs - TICKS * tickMs);
    return roundedMs(dice.int(0, TICKS) * tickMs + dice.share() * workMs);
  }
  const share = kind < 0.85 ? dice.share() : 1 + 2 * dice.share();
  return roundedMs(share * estimateMs);
}

/** At a moment, or a little before or after it. */
const besides = (dice: Dice, momentMs: number): number =>
  Math.max(0, roundedMs(momentMs + dice.pick([0, 0.1, -0.1, 1, -1]) * dice.magnitude(1, 30)));

const lengthOf = (dice: Dice, { estimateMs }: FaultStage): number =>
  roundedMs(dice.magnitude(0.01, 10) * estimateMs + dice.pick([0, 0, 0, 5000, 30_000]));

/** Some spans last until the calm. */
function spanOf(dice: Dice, stage: FaultStage): { readonly fromMs: number; readonly forMs?: number } {
  const fromMs = momentOf(dice, stage);
  return dice.chance(0.15) ? { fromMs } : { fromMs, forMs: lengthOf(dice, stage) };
}

const roundedMs = (ms: number): number => Math.round(ms * 10) / 10;
