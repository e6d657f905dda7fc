import type { FlowKind, Supply } from './demands.js';
import { progressiveFilling } from './filling.js';
import type { FlowRate } from './limits.js';

/** Something that takes time: is begun with what to do when it is over. */
export type Step = (done: () => void) => void;

/** Work that is done step by step. */
export type Process = Generator<Step, void, void>;

interface Flow extends FlowRate {
  readonly id: number;
  readonly job: number | undefined;
  leftBytes: number;
  bytesPerMs: number;
  readonly done: () => void;
}

interface Timer {
  readonly id: number;
  readonly atMs: number;
  readonly done: () => void;
}

export interface Timeline {
  readonly now: () => number;
  /** A step that ends at a time. */
  readonly until: (atMs: number) => Step;
  /** Processes of one step, or of none where it takes no time: then nothing else happens in between. */
  readonly wait: (durationMs: number) => Process;
  readonly flow: (node: number, kind: FlowKind, bytes: number, job?: number) => Process;
  readonly start: (process: Process, ended: () => void) => void;
  /** Goes from event to event until nothing is left to happen. */
  readonly run: () => void;
}

export interface TimelineOptions {
  /** Told of every flow's rate before every event. */
  readonly onRates?: ((rates: readonly FlowRate[]) => void) | undefined;
  /** Factors for durations and sizes, drawn one by one. */
  readonly jitter?: (() => number) | undefined;
}

/**
 * Time as a plain list of timers and a plain list of flows. Before every event all rates are found anew; the earliest
 * event happens; of several at one instant, the one begun first.
 */
export function createTimeline(
  supply: Supply,
  { onRates = () => undefined, jitter = () => 1 }: TimelineOptions = {},
): Timeline {
  let nowMs = 0;
  let nextId = 0;
  let timers: Timer[] = [];
  let flows: Flow[] = [];

  const until =
    (atMs: number): Step =>
    (done) =>
      timers.push({ id: nextId++, atMs, done });

  function* wait(durationMs: number): Process {
    if (durationMs > 0) yield until(nowMs + durationMs * jitter());
  }

  function* flow(node: number, kind: FlowKind, bytes: number, job?: number): Process {
    const { cap, uses } = supply.demandOf(node, kind, job);
    if (bytes === 0 || (cap === Infinity && uses.length === 0)) return;
    yield (done) =>
      flows.push({ id: nextId++, node, kind, job, leftBytes: bytes * jitter(), bytesPerMs: 0, done });
  }

  function happenNext(): void {
    const rates = progressiveFilling(
      supply.capacities,
      flows.map(({ node, kind, job }) => supply.demandOf(node, kind, job)),
    );
    flows.forEach((each, i) => (each.bytesPerMs = rates[i]!));
    onRates(flows);
    const next = earliest([
      ...timers,
      ...flows.map((each) => ({ ...each, atMs: nowMs + each.leftBytes / each.bytesPerMs })),
    ]);
    if (!(next.atMs >= nowMs && next.atMs < Infinity)) throw new Error(`time would go to ${next.atMs}`);
    const elapsedMs = next.atMs - nowMs;
    // In no time nothing flows, also at a rate without limit.
    const after = ({ leftBytes, bytesPerMs }: Flow): number =>
      elapsedMs > 0 ? Math.max(0, leftBytes - bytesPerMs * elapsedMs) : leftBytes;
    for (const each of flows) each.leftBytes = after(each);
    timers = timers.filter(({ id }) => id !== next.id);
    flows = flows.filter(({ id }) => id !== next.id);
    nowMs = next.atMs;
    next.done();
  }

  return {
    now: () => nowMs,
    until,
    wait,
    flow,
    start,
    run() {
      while (timers.length + flows.length > 0) happenNext();
    },
  };
}

function earliest(events: readonly Timer[]): Timer {
  return events.reduce((first, event) =>
    event.atMs < first.atMs || (event.atMs === first.atMs && event.id < first.id) ? event : first,
  );
}

/** Goes through a process, step by step. */
function start(process: Process, ended: () => void): void {
  const { done, value } = process.next();
  if (done) ended();
  else value(() => start(process, ended));
}
