import test from 'ava';
import * as fc from 'fast-check';
import { compare, GOALS, STATES, summarizeClass, type Row } from '../../bench/accuracy/comparison.js';
import type { RunResult } from '../../src/world/result.js';
import { runWith } from './made-up.js';

const states = fc.array(fc.integer({ min: 0, max: 5000 }), {
  minLength: STATES.length,
  maxLength: STATES.length,
});
const someTime = states.filter((all) => all.some((ms) => ms > 0));
const run = someTime.map((all) => runWith(all));
const CASE = { name: 'made-up', class: 'limited' } as const;
const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
const total = ({ totals }: RunResult): number => totals.durationMs;

test('the errors of the states add up to the error of the whole', (t) => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), run, (runs, predicted) => {
      const row = compare(CASE, runs, predicted);
      const sum = (of: (index: Row['states'][number]) => number): number =>
        row.states.reduce((all, one) => all + of(one), 0);
      return (
        close(
          sum(({ errorMs }) => errorMs),
          row.predictedMs - row.measuredMs,
        ) &&
        close(
          sum(({ share }) => share),
          row.error,
        ) &&
        row.states.every(({ errorMs, measuredMs, predictedMs }) => errorMs === predictedMs - measuredMs)
      );
    }),
  );
  t.pass();
});

test('the run in the middle stands for all, and the spread is what the others were', (t) => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 7 }), run, (runs, predicted) => {
      const { measuredMs, spread, isWithinSpread } = compare(CASE, runs, predicted);
      const all = runs.map(total);
      const shorter = all.filter((ms) => ms < measuredMs).length;
      const longer = all.filter((ms) => ms > measuredMs).length;
      return (
        all.includes(measuredMs) &&
        shorter <= all.length / 2 &&
        longer <= all.length / 2 &&
        close(measuredMs * (1 + spread.least), Math.min(...all)) &&
        close(measuredMs * (1 + spread.greatest), Math.max(...all)) &&
        isWithinSpread === (total(predicted) >= Math.min(...all) && total(predicted) <= Math.max(...all))
      );
    }),
  );
  t.pass();
});

test('a state that was entered twice counts twice', (t) => {
  const once = runWith([0, 0, 10, 100, 0, 0]);
  const twice = { ...once, states: [...once.states, { state: 'UPLOADING', startMs: 110, durationMs: 50 }] };
  const row = compare(CASE, [twice], once);
  t.is(row.states.find(({ state }) => state === 'UPLOADING')!.errorMs, -50);
});

/** A row that is off by `error`, in UPLOADING. */
const row = (name: string, caseClass: Row['class'], error: number): Row =>
  compare(
    { name, class: caseClass },
    [runWith([0, 0, 0, 1000, 0, 0])],
    runWith([0, 0, 0, 1000 * (1 + error), 0, 0]),
  );

test('a class is summarized by its own rows', (t) => {
  const rows = [row('a', 'limited', 0.02), row('b', 'limited', -0.04), row('c', 'unlimited', -0.5)];
  const limited = summarizeClass('limited', rows)!;
  t.is(limited.count, 2);
  t.true(close(limited.median, 0.03));
  t.true(close(limited.worst, 0.04));
  t.is(limited.worstName, 'b');
  t.true(close(limited.bias, -0.01));
  const uploading = limited.states.find(({ state }) => state === 'UPLOADING')!;
  t.true(close(uploading.absolute, 0.03));
  t.true(close(uploading.bias, -0.01));
  t.is(summarizeClass('unlimited', rows)!.worstName, 'c');
  t.is(summarizeClass('unlimited', rows.slice(0, 2)), undefined);
});

test('a goal is met, or missed by so much', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 20 }), (errors) => {
      const { median, p90, missed } = summarizeClass(
        'limited',
        errors.map((error, i) => row(String(i), 'limited', error / 1000)),
      )!;
      return (
        close(missed.median, Math.max(0, median - GOALS.limited.median)) &&
        close(missed.p90, Math.max(0, p90 - GOALS.limited.p90))
      );
    }),
  );
  t.deepEqual(GOALS, { limited: { median: 0.03, p90: 0.07 }, unlimited: { median: 0.1, p90: 0.2 } });
});
