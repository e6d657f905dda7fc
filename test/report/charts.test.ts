import test from 'ava';
import fc from 'fast-check';
import { rateScale, timeScale, type Scale } from '../../src/report/charts/axis.js';
import { meanShares, rateSteps } from '../../src/report/charts/buckets.js';
import { drawSvg, ink } from '../../src/report/charts/chart.js';
import { NARROW, WIDE, type Figure } from '../../src/report/charts/figure.js';
import { statesFigure } from '../../src/report/charts/states.js';
import { throughputFigure } from '../../src/report/charts/throughput.js';
import { timelineFigure } from '../../src/report/charts/timeline.js';
import { planReport, runResult, singleRunReport } from '../fixtures/report.js';

const MOST_TICKS = 10;
const intervals = ({ max, interval }: Scale): number => max / interval;

test('a time axis has few ticks, at values that clocks know', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (endMs) => {
      const scale = timeScale(endMs, MOST_TICKS);
      t.true(intervals(scale) <= MOST_TICKS + 1e-9, JSON.stringify(scale));
      t.true(intervals(scale) >= 1, JSON.stringify(scale));
      t.true(Math.abs(scale.max * scale.unit - endMs) <= endMs * 1e-9);
    }),
  );
  const names = [900, 20_000, 20 * 60_000, 4 * 3_600_000, 10 * 86_400_000].map(
    (ms) => timeScale(ms, 5).unitName,
  );
  t.deepEqual(names, ['ms', 's', 'min', 'h', 'd']);
  t.is(timeScale(47 * 60_000, 5).interval, 10);
  t.is(timeScale(23 * 3_600_000, 5).interval, 6);
});

test('a rate axis ends at a round value above the largest', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e18, noNaN: true }), (largest) => {
      const scale = rateScale(largest, 5);
      t.true(scale.max * scale.unit >= largest);
      t.true(intervals(scale) <= 6);
      t.true(Math.abs(intervals(scale) - Math.round(intervals(scale))) < 1e-6);
    }),
  );
  t.is(rateScale(92e6, 5).unitName, 'MB/s');
  t.is(rateScale(9.9e9, 5).unitName, 'MB/s');
  t.is(rateScale(72e9, 5).unitName, 'GB/s');
});

test('steps of throughput move as many bytes as the series', (t) => {
  const bytes = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 1, max: 160 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (series, most, cut) => {
        const bucketMs = 4;
        // The last bucket is as long as the run lasted in it.
        const durationMs = (series.length - 1 + cut) * bucketMs;
        const steps = rateSteps({ bucketMs, bytes: series }, durationMs, most);
        t.true(steps.length <= most);
        const moved = steps.reduce((sum, [from, to, rate]) => sum + (rate * (to - from)) / 1000, 0);
        const total = series.reduce((sum, value) => sum + value, 0);
        t.true(Math.abs(moved - total) <= total * 1e-9 + 1e-6, `${moved} instead of ${total}`);
        t.is(steps.at(-1)?.[1], durationMs);
      },
    ),
  );
});

test('shares are averaged over whole buckets', (t) => {
  t.deepEqual(meanShares([0, 1, 0.5, 0.5, 1], 2), [0.5, 0.5, 1]);
});

const paper = (width: number): Parameters<Figure['draw']>[0] => ({
  id: 'x',
  title: 'T',
  description: 'D',
  width,
});

test('a drawing has no trace of the process that drew it', (t) => {
  const picture = { id: 'p', title: '<T>', description: 'D', width: 100, height: 50 };
  const option = {
    xAxis: { type: 'category', data: ['zr0-c0 #01a000 <b>'], axisLabel: { color: ink('text') } },
    yAxis: {},
    series: [{ type: 'line', data: [1] }],
  };
  const first = drawSvg(picture, option);
  t.is(drawSvg(picture, option), first);
  t.regex(first, /zr0-c0 #01a000 &lt;b&gt;/, 'a name stays as it is');
  t.regex(first, /fill="var\(--text\)"/);
  t.regex(first, /<title id="p-title">&lt;T&gt;<\/title>/);
});

test('the node timeline shows at most 64 nodes, measured above predicted', (t) => {
  const { measured, predicted } = singleRunReport().variants[0]!;
  const both = timelineFigure(measured, predicted)!.draw(paper(WIDE));
  t.true(both.indexOf('>measured<') > 0);
  t.true(both.indexOf('>predicted<') > both.indexOf('>measured<'));
  const fleet = timelineFigure(undefined, planReport(1000).variants[0]!.predicted)!;
  t.regex(fleet.caption ?? '', /Of 1,000 nodes, the 64 that ended last/);
  t.true(fleet.draw(paper(NARROW)).length < 60_000, 'cells of one shade are one path');
});

test('names of what every object has do not get into the prototype of all objects', (t) => {
  const { predicted } = singleRunReport().variants[0]!;
  const names = ['__proto__', 'constructor', 'toString', 'be-1'];
  const nodes = predicted.timeline.nodes.map((node, i) => ({ ...node, name: names[i]! }));
  const run = { ...predicted, timeline: { ...predicted.timeline, nodes } };
  const before = Reflect.ownKeys(Object.prototype);
  const svg = timelineFigure(undefined, run)!.draw(paper(WIDE));
  const after = Reflect.ownKeys(Object.prototype);
  for (const key of after.filter((name) => !before.includes(name)))
    Reflect.deleteProperty(Object.prototype, key);
  t.deepEqual(after, before);
  for (const name of names) t.regex(svg, new RegExp(`>${name} ?</text>`));
});

test('there is no chart of nothing', (t) => {
  const run = runResult({ nodes: 0, filesPerNode: 0, bytesPerNode: 0, bytesPerSecPerNode: 1 });
  const none = { ...run, totals: { ...run.totals, durationMs: 0, movedBytes: 0 }, states: [] };
  t.is(throughputFigure(undefined, none), undefined);
  t.is(statesFigure(undefined, none), undefined);
  t.is(timelineFigure(undefined, none), undefined);
});
