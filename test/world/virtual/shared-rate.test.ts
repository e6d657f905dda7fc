import test from 'ava';
import * as fc from 'fast-check';
import { Clock } from '../../../src/world/virtual/clock.js';
import { SharedRate } from '../../../src/world/virtual/shared-rate.js';

interface FlowSpec {
  readonly lane: number;
  readonly bytes: number;
  readonly startMs: number;
}

interface Scene {
  readonly capacity: number;
  /** Of each lane, shared by its flows. */
  readonly cards: readonly number[];
  readonly perFlow: number;
  readonly flows: readonly FlowSpec[];
}

const scenes: fc.Arbitrary<Scene> = fc
  .record({
    capacity: fc.constantFrom(1, 3, 10, 50, Infinity),
    cards: fc.array(fc.constantFrom(1, 2, 5, 7, 20), { minLength: 1, maxLength: 6 }),
    perFlow: fc.constantFrom(0.5, 2, 9, Infinity),
    flows: fc.array(
      fc.record({ lane: fc.nat({ max: 5 }), bytes: fc.nat({ max: 1000 }), startMs: fc.nat({ max: 100 }) }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map((scene) => ({
    ...scene,
    flows: scene.flows
      .map((flow) => ({ ...flow, lane: flow.lane % scene.cards.length }))
      .toSorted((a, b) => a.startMs - b.startMs),
  }));

/** When each flow ends, by the code under test. */
function byClocks({ capacity, cards, perFlow, flows }: Scene): number[] {
  const clock = new Clock();
  const rate = new SharedRate(clock, capacity, cards.length, (lane, n) =>
    Math.min(cards[lane]! / n, perFlow),
  );
  const ends: number[] = [];
  let next = 0;
  for (;;) {
    rate.settle();
    const startMs = flows[next]?.startMs ?? Infinity;
    clock.nowMs = Math.min(rate.nextMs, startMs);
    if (clock.nowMs === Infinity) break;
    if (rate.nextMs <= startMs) ends[rate.complete()] = clock.nowMs;
    else {
      rate.start(flows[next]!.lane, next, flows[next]!.bytes);
      next++;
    }
  }
  return ends;
}

/** The same by progressive filling, flow by flow, at every event. Naive on purpose; shares nothing with the other. */
function byFilling({ capacity, cards, perFlow, flows }: Scene): number[] {
  const left = flows.map((flow) => flow.bytes);
  const ends = flows.map(() => Infinity);
  let nowMs = 0;
  for (;;) {
    const active = flows.flatMap((flow, i) => (flow.startMs <= nowMs && ends[i] === Infinity ? [i] : []));
    const rates = maxMin(
      active.map((i) => flows[i]!.lane),
      capacity,
      cards,
      perFlow,
    );
    const pending = flows.filter((flow) => flow.startMs > nowMs).map((flow) => flow.startMs);
    const finishes = active.map((i, k) => nowMs + left[i]! / rates[k]!);
    const atMs = Math.min(...pending, ...finishes);
    if (atMs === Infinity) return ends;
    active.forEach((i, k) => {
      left[i]! -= rates[k]! * (atMs - nowMs);
      if (finishes[k]! <= atMs + 1e-9) ends[i] = atMs;
    });
    nowMs = atMs;
  }
}

/** Raises all rates together; a flow stops rising when its card, its own limit or the capacity is used up. */
function maxMin(
  lanes: readonly number[],
  capacity: number,
  cards: readonly number[],
  perFlow: number,
): number[] {
  const rates = lanes.map(() => 0);
  const rising = new Set(lanes.keys());
  while (rising.size > 0) {
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    const steps = [...rising].map((i) => {
      const mates = [...lanes.keys()].filter((j) => lanes[j] === lanes[i]);
      const used = mates.reduce((sum, j) => sum + rates[j]!, 0);
      const risingMates = mates.filter((j) => rising.has(j)).length;
      return Math.min((cards[lanes[i]!]! - used) / risingMates, perFlow - rates[i]!);
    });
    const step = Math.min(...steps, (capacity - total) / rising.size);
    const before = [...rising];
    for (const i of before) rates[i]! += step;
    const isFull = capacity - total - step * before.length <= 1e-12;
    before.forEach((i, k) => {
      if (isFull || steps[k]! <= step + 1e-12) rising.delete(i);
    });
  }
  return rates;
}

test('flows end when progressive filling says they do', (t) => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const clocks = byClocks(scene);
      const filling = byFilling(scene);
      clocks.forEach((end, i) => {
        const tolerance = 1e-9 * Math.max(1, filling[i]!);
        t.true(Math.abs(end - filling[i]!) <= tolerance, `flow ${i}: ${end} and ${filling[i]}`);
      });
      t.is(clocks.length, filling.length);
    }),
    { numRuns: 2000 },
  );
});

test('one flow takes its bytes over the least of its limits', (t) => {
  const clock = new Clock();
  const rate = new SharedRate(clock, 10, 2, (_, n) => 4 / n);
  clock.nowMs = 5;
  rate.start(0, 7, 100);
  rate.settle();
  t.is((clock.nowMs = rate.nextMs), 30);
  t.is(rate.complete(), 7);
  rate.settle();
  t.is(rate.nextMs, Infinity);
});

test('what a limited lane leaves over goes to the others', (t) => {
  const clock = new Clock();
  const rate = new SharedRate(clock, 10, 2, (lane, n) => (lane === 0 ? 2 : 100) / n);
  rate.start(0, 0, 20);
  rate.start(1, 1, 80);
  rate.settle();
  t.is((clock.nowMs = rate.nextMs), 10);
  rate.complete();
  rate.settle();
  t.is(rate.nextMs, 10);
});

test('a cancelled flow gives its part back', (t) => {
  const clock = new Clock();
  const rate = new SharedRate(clock, 10, 2, () => Infinity);
  rate.start(0, 0, 100);
  rate.start(1, 1, 100);
  rate.settle();
  clock.nowMs = 4;
  rate.cancel(1, 1);
  rate.settle();
  t.is((clock.nowMs = rate.nextMs), 12);
  t.is(rate.complete(), 0);
});

test('time does not go on before the rates are found', (t) => {
  const clock = new Clock();
  const rate = new SharedRate(clock, 10, 2, () => Infinity);
  rate.start(0, 0, 100);
  clock.nowMs = 4;
  t.throws(() => rate.settle());
});
