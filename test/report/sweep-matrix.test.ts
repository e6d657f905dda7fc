import test from 'ava';
import * as fc from 'fast-check';
import { formatDuration } from '../../src/base/units.js';
import { NARROW, WIDE } from '../../src/report/charts/figure.js';
import { matrixFigure } from '../../src/report/charts/matrix.js';
import { sweepFigure } from '../../src/report/charts/sweep.js';
import { sweptKnobs } from '../../src/report/sweep-knobs.js';
import { matrixTable } from '../../src/report/sweep-matrix.js';
import { sweepTables, variantNames } from '../../src/report/sweep-table.js';
import { nodeSweep, pairSweep, planned, variantOf } from './sweep-variants.js';

const some = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 2, maxLength: 6 });
const paper = { id: 'x', title: 'T', description: 'D' };

test('each cell is the duration of its pair, whichever knob goes down', (t) => {
  fc.assert(
    fc.property(some, some, (nodes, workers) => {
      const durationMs = (n: number, w: number): number => n * 60_000 + w * 1000;
      const { title, columns, rows } = matrixTable(pairSweep(nodes, workers, durationMs), undefined)!;
      const turned = workers.length > nodes.length;
      t.regex(title, turned ? /uploadWorkers \(down\)/ : /nodes \(down\)/);
      t.deepEqual(
        rows.map(([first]) => Number(first!.text)),
        turned ? workers : nodes,
      );
      for (const [first, ...cells] of rows) {
        for (const [j, { text }] of cells.entries()) {
          const [down, across] = [Number(first!.text), Number(columns[j + 1]!.head)];
          t.is(text, formatDuration(turned ? durationMs(across, down) : durationMs(down, across)));
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('with a window each cell says whether it fits', (t) => {
  const variants = pairSweep([1, 2], [1, 2], (n, w) => (n === 2 && w === 2 ? undefined : 8000 / (n * w)));
  const { rows, note } = matrixTable(variants, 4000)!;
  t.deepEqual(
    rows.map((row) => row.map(({ text }) => text)),
    [
      ['1', '8 s ✖', '4 s ✔'],
      ['2', '4 s ✔', 'failed'],
    ],
  );
  t.regex(note ?? '', /does not fit 4 s/);
});

test('only the whole of all pairs is a matrix', (t) => {
  const variants = pairSweep([1, 2], [1, 2], () => 1000);
  t.is(sweepTables(variants, undefined).length, 2);
  t.deepEqual(variantNames(variants), {
    head: 'cluster.nodes, engine.uploadWorkers',
    values: ['1, 1', '1, 2', '2, 1', '2, 2'],
  });
  for (const others of [
    variants.slice(1),
    [...variants, variants[0]!],
    [...variants, variantOf('another', 1000)],
    pairSweep([1], [1, 2], () => 1000),
    nodeSweep([1, 2, 4], () => 1000),
  ]) {
    t.is(matrixTable(others, undefined), undefined);
    t.is(matrixFigure(others, undefined), undefined);
  }
});

test('values with commas in them stay whole', (t) => {
  const values = ['10 ms', '{"uniform":{"min":"1 ms","max":"2 ms"}}', '[{"count":1},{"count":2}]'];
  const variants = values.flatMap((value) =>
    [1, 2].map((seed) => variantOf(`repository.latency = ${value}, seed = ${seed}`, 1000)),
  );
  t.deepEqual(sweptKnobs(variants)?.knobs, [
    { name: 'repository.latency', values },
    { name: 'seed', values: ['1', '2'] },
  ]);
  const one = values.map((value) => variantOf(`repository.latency = ${value}`, 1000));
  t.deepEqual(sweptKnobs(one)?.knobs, [{ name: 'repository.latency', values }]);
});

test('the heat map has a cell for each pair, and words for those who do not see it', (t) => {
  const variants = pairSweep([1, 2, 4], [1, 2], (n, w) => (n === 4 && w === 1 ? undefined : 8000 / (n * w)));
  const figure = sweepFigure(variants, 4000)!;
  t.regex(figure.description, /cluster\.nodes = 2: with engine\.uploadWorkers = 1: 4 s ✔, 2: 2 s ✔/);
  t.true(figure.legend.some(({ name }) => name === 'failed'));
  for (const width of [NARROW, WIDE]) {
    const svg = figure.draw({ ...paper, width });
    const cells = svg.match(/M[\d.]+ [\d.]+[hlHL][^M]*?Z/g) ?? [];
    t.is(cells.length, 6);
    t.regex(svg, />8 s ✖</);
    t.is(figure.draw({ ...paper, width }), svg);
  }
});

test('a heat map of a thousand cells is no heavy drawing', (t) => {
  const counts = Array.from({ length: 31 }, (_, i) => i + 1);
  const figure = matrixFigure(
    pairSweep(counts, counts, (n, w) => 1e6 / (n * w)),
    undefined,
  )!;
  for (const width of [NARROW, WIDE]) t.true(figure.draw({ ...paper, width }).length < 120_000);
});

test('one shade is enough where all take as long', (t) => {
  t.is(
    matrixFigure(
      pairSweep([1, 2], [1, 2], () => 1000),
      undefined,
    )!.legend.length,
    1,
  );
  t.is(
    matrixFigure(
      pairSweep([1, 2], [1, 2], () => undefined),
      undefined,
    ),
    undefined,
  );
});

test('a plan fits where that is as sure as was asked for', (t) => {
  const chances = [0.95, 0.9, 0.89, 0];
  const variants = pairSweep([1, 2], [1, 2], () => 1000).map((variant, i) =>
    planned(variant, 2000, chances[i]!),
  );
  const { rows, note } = matrixTable(variants, 4000)!;
  t.deepEqual(
    rows.flatMap((row) => row.slice(1).map(({ text }) => text)),
    ['2 s ✔', '2 s ✔', '2 s ✖', '2 s ✖'],
  );
  t.regex(note ?? '', /as surely as 90 %/);
});
