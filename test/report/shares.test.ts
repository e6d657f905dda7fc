import test from 'ava';
import * as fc from 'fast-check';
import { causesFigure } from '../../src/report/charts/causes.js';
import { sharesOfWhole } from '../../src/report/numbers.js';
import { causesTable } from '../../src/report/outlook-tables.js';
import { CAUSES, type Cause } from '../../src/world/outlook.js';
import { plannedReport } from '../fixtures/outlook.js';

const times = fc.array(fc.integer({ min: 0, max: 10_000_000 }), {
  minLength: CAUSES.length,
  maxLength: CAUSES.length,
});

/** What is printed as `<1 %` counts as nothing, and `>99 %` as all. */
const percentOf = (text: string): number => {
  const [, sign, digits] = /(<|>)?(\d+) %$/.exec(text) ?? [];
  return sign === '<' ? 0 : sign === '>' ? 100 : Number(digits);
};
const total = (texts: readonly string[]): number => texts.reduce((all, text) => all + percentOf(text), 0);

test('shares of a whole, as they are printed, sum up to it, and none is a percent off', (t) => {
  fc.assert(
    fc.property(times, (values) => {
      const whole = values.reduce((a, b) => a + b, 0);
      fc.pre(whole > 0);
      const texts = sharesOfWhole(values);
      t.is(total(texts), 100);
      for (const [i, text] of texts.entries())
        t.true(Math.abs(percentOf(text) - (values[i]! / whole) * 100) < 1);
    }),
  );
});

test('of what holds a backup back, the table and the words at the bar sum up to 100 %', (t) => {
  const { forecast } = plannedReport().variants[0]!.outlook!;
  fc.assert(
    fc.property(times, (values) => {
      fc.pre(values.some((value) => value > 0));
      const causeMs = Object.fromEntries(CAUSES.map((cause, i) => [cause, values[i]!])) as Record<
        Cause,
        number
      >;
      const rows = causesTable({ ...forecast, causeMs }).rows.slice(0, -1);
      t.is(total(rows.map((row) => row[3]!.text)), 100);
      const { legend } = causesFigure({ ...forecast, causeMs })!;
      t.is(total(legend.map(({ name }) => name)), 100);
    }),
  );
});
