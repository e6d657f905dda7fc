import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import * as fc from 'fast-check';
import { simulate } from '../../src/planner/simulate.js';
import { scalingFigure } from '../../src/report/charts/scaling.js';
import { NARROW, WIDE } from '../../src/report/charts/figure.js';
import { scalingOf, scalingRemarks } from '../../src/report/sweep-scaling.js';
import { sweepTable } from '../../src/report/sweep-table.js';
import { loadScenario, withSweeps } from '../../src/scenario/index.js';
import { nodeSweep, planned, variantOf } from './sweep-variants.js';

// Built tests lie in dist/test/report, sources in test/report: both find the project's root by what is in it.
const ROOT = ['../../../', '../../']
  .map((up) => new URL(up, import.meta.url))
  .find((url) => readdirSync(url).includes('scenarios'))!;
const WORK_MS = 3_600_000;
const DOUBLINGS = [1, 2, 4, 8, 16, 32, 64];
const paper = { id: 'x', title: 'T', description: 'D' };

test('ideal scaling is 100 % everywhere, and has no knee', (t) => {
  const first = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(first, fc.uniqueArray(fc.integer({ min: 51, max: 500 }), { minLength: 2 }), (least, more) => {
      const variants = nodeSweep([least, ...more, 1000], (nodes) => WORK_MS / nodes);
      const scaling = scalingOf(variants)!;
      for (const { efficiency, rate, idealRate } of scaling.points) {
        t.true(Math.abs(efficiency! - 1) < 1e-9);
        t.true(Math.abs(rate! / idealRate! - 1) < 1e-9);
      }
      t.deepEqual(scaling.knee, { at: undefined });
      t.is(scaling.base, 0);
    }),
  );
});

test('where the repository is full the knee is the first point from which a doubling finds too little room', (t) => {
  fc.assert(
    // So much the nodes can use, in nodes.
    fc.property(fc.double({ min: 1, max: 90, noNaN: true }), (room) => {
      const durationMs = (nodes: number): number => WORK_MS / Math.min(nodes, room);
      const variants = nodeSweep(DOUBLINGS, durationMs);
      const expected = DOUBLINGS.findIndex(
        (nodes) => nodes < 64 && durationMs(2 * nodes) > 0.75 * durationMs(nodes) + 1e-6,
      );
      t.is(scalingOf(variants)!.knee!.at, expected < 0 ? undefined : expected);
      for (const [i, { efficiency }] of scalingOf(variants)!.points.entries())
        t.true(Math.abs(efficiency! - Math.min(1, room / DOUBLINGS[i]!)) < 1e-9);
    }),
  );
});

test('a knee known by construction: full from 6 nodes on', (t) => {
  const variants = nodeSweep(DOUBLINGS, (nodes) => WORK_MS / Math.min(nodes, 6));
  const scaling = scalingOf(variants)!;
  t.is(scaling.knee?.at, 3, 'from 4 nodes a doubling still saves a third');
  t.deepEqual(
    scaling.points.map(({ efficiency }) => Math.round(efficiency! * 1000)),
    [1000, 1000, 1000, 750, 375, 188, 94],
  );
  const text = scalingRemarks(variants).join(' ');
  t.regex(text, /knee is at 8 nodes/);
  t.regex(text, /With 64 nodes it is 6 times as fast as with 1 node: 9 % of what ideal/);
});

test('small steps find the knee as doublings do, and a stumble on the way is none', (t) => {
  const nodes = Array.from({ length: 20 }, (_, i) => i + 1);
  const full = (count: number): number => WORK_MS / Math.min(count, 6);
  // From 4.5 on a doubling to 6 and more saves less than a quarter.
  t.is(scalingOf(nodeSweep(nodes, full))!.knee?.at, nodes.indexOf(5));
  const stumbling = (count: number): number => (count === 3 ? full(2) : full(count));
  t.is(scalingOf(nodeSweep(nodes, stumbling))!.knee?.at, nodes.indexOf(5));
});

test('it does not matter in which order the values are', (t) => {
  const durationMs = (nodes: number): number => WORK_MS / Math.min(nodes, 10);
  fc.assert(
    fc.property(fc.shuffledSubarray(DOUBLINGS, { minLength: 7 }), (order) => {
      const scaling = scalingOf(nodeSweep(order, durationMs))!;
      t.is(order[scaling.base], 1);
      t.is(order[scaling.last], 64);
      t.is(order[scaling.knee!.at!], 8);
    }),
  );
});

test('a run that failed is no point of the line', (t) => {
  const scaling = scalingOf(nodeSweep([1, 2, 4, 8], (nodes) => (nodes === 1 ? undefined : WORK_MS / nodes)))!;
  t.is(scaling.base, 1);
  t.is(scaling.points[0]!.efficiency, undefined);
  t.is(scaling.points[3]!.efficiency, 1);
  t.is(scalingOf(nodeSweep([1, 2, 4], () => undefined)), undefined);
});

test('other resources scale by their own values, prices and amounts of work do not', (t) => {
  const sweep = (knob: string, values: readonly string[]) =>
    values.map((value, i) => variantOf(`${knob} = ${value}`, WORK_MS / (i + 1)));
  const rates = scalingOf(sweep('repository.bandwidth', ['100 MB/s', '200 MB/s', '400 MB/s', 'unlimited']))!;
  t.is(rates.resource, 'repository.bandwidth');
  t.deepEqual(
    rates.points.map(({ efficiency }) => efficiency && Math.round(efficiency * 100)),
    [100, 100, 75, undefined],
  );
  t.regex(
    scalingRemarks(sweep('engine.uploadWorkers', ['1', '2', '4']))[0]!,
    /No knee up to engine\.uploadWorkers = 4/,
  );
  for (const knob of ['repository.latency', 'seed', 'databases.a.tables.b.fileSize', 'engine.tick'])
    t.is(scalingOf(sweep(knob, ['1', '2', '4'])), undefined, knob);
});

test('named variants have an ideal line by their nodes, and no knee', (t) => {
  const variants = [variantOf('small', WORK_MS, 2), variantOf('large', WORK_MS, 4)];
  const scaling = scalingOf(variants)!;
  t.is(scaling.points[1]!.efficiency, 0.5);
  t.is(scaling.knee, undefined);
  t.deepEqual(scalingRemarks(variants), []);
});

test('the table has the efficiency of every row, and marks the knee', (t) => {
  const { columns, rows } = sweepTable(nodeSweep(DOUBLINGS, (nodes) => WORK_MS / Math.min(nodes, 6)));
  const at = columns.findIndex(({ head }) => head === 'efficiency');
  t.deepEqual(
    rows.map((row) => row[at]!.text),
    ['100 %', '100 %', '100 %', '75 %', '38 %', '19 %', '9 %'],
  );
  t.deepEqual(
    rows.map((row) => row[at + 1]!.text),
    ['', '', '', '← here', '', '', ''],
  );
  const flat = sweepTable([1, 2].map((seed) => variantOf(`seed = ${seed}`, WORK_MS)));
  t.false(flat.columns.some(({ head }) => head === 'efficiency'));
});

test('the chart marks the knee where there is one', (t) => {
  for (const width of [NARROW, WIDE]) {
    const kneeAt6 = scalingFigure(nodeSweep(DOUBLINGS, (nodes) => WORK_MS / Math.min(nodes, 6)))!;
    t.regex(kneeAt6.draw({ ...paper, width }), />knee</);
    const none = scalingFigure(nodeSweep(DOUBLINGS, (nodes) => WORK_MS / nodes))!;
    t.notRegex(none.draw({ ...paper, width }), />knee</);
    t.true(none.legend.some(({ name }) => name === 'ideal'));
  }
});

test('variants that do not come one after the other have dots, and no line between them', (t) => {
  const lines = (names: readonly string[]): number => {
    const svg = scalingFigure(names.map((name) => variantOf(name, WORK_MS)))!.draw({ ...paper, width: WIDE });
    return svg.match(/<path[^>]*stroke-width="2"/g)?.length ?? 0;
  };
  t.is(lines(['seed = 1', 'seed = 2', 'seed = 3']), 1);
  t.is(lines(['as it is', 'without failover', 'as Doris']), 0);
});

test('of repeated runs the median counts, and not the first', (t) => {
  const first = nodeSweep([1, 2, 4], () => WORK_MS);
  const variants = first.map((variant) => planned(variant, WORK_MS / variant.nodes, 1));
  t.deepEqual(
    scalingOf(variants)!.points.map(({ efficiency }) => efficiency),
    [1, 1, 1],
  );
  const never = first.map((variant) => planned(variant, Infinity, 0));
  t.is(scalingOf(never), undefined);
});

test('nodes of 20 MB/s fill a repository of 120 MB/s, and the simulation has its knee there', (t) => {
  const text = readFileSync(new URL('scenarios/scale-nodes.yaml', ROOT), 'utf8');
  const { variants } = loadScenario(withSweeps(text, ['cluster.nodes=1..16']), 'scale-nodes.yaml');
  const scaling = scalingOf(
    variants.map(({ name, scenario }) => {
      return { name, nodes: scenario.cluster.nodes.length, predicted: simulate(scenario) };
    }),
  )!;
  t.is(variants[scaling.knee!.at!]!.name, 'cluster.nodes = 8');
  for (const [i, ideal] of [1, 1, 1, 0.75, 0.375].entries())
    t.true(Math.abs(scaling.points[i]!.efficiency! - ideal) < 0.02, `${scaling.points[i]!.efficiency}`);
});
