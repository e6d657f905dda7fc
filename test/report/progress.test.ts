import test from 'ava';
import * as fc from 'fast-check';
import { progressJson, progressLine } from '../../src/report/index.js';

const snapshots = fc.record({
  elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  state: fc.constantFrom('', 'UPLOADING', 'UPLOAD_INFO'),
  doneBytes: fc.integer({ min: 0, max: 2 ** 50 }),
  totalBytes: fc.integer({ min: 0, max: 2 ** 50 }),
  doneFiles: fc.nat(),
  totalFiles: fc.nat(),
  doneShards: fc.nat(),
  totalShards: fc.nat(),
});

test('a line of progress fits its width and shows no nonsense, whatever the figures', (t) => {
  fc.assert(
    fc.property(snapshots, fc.integer({ min: 10, max: 140 }), (snapshot, width) => {
      const line = progressLine(snapshot, width);
      t.true(line.length <= width, `${line.length} > ${width}: ${line}`);
      t.notRegex(line, /NaN|Infinity|undefined/);
    }),
  );
});

test('half way, it says so', (t) => {
  const line = progressLine(
    {
      elapsedMs: 2000,
      state: 'UPLOADING',
      doneBytes: 50e6,
      totalBytes: 100e6,
      doneFiles: 10,
      totalFiles: 20,
      doneShards: 1,
      totalShards: 2,
    },
    120,
  );
  t.regex(line, /50 %/);
  t.regex(line, /25 MB\/s/);
  t.regex(line, /2 s left/);
  t.regex(line, /10\/20 files/);
});

test('progress as JSON is JSON', (t) => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      t.deepEqual(JSON.parse(JSON.stringify(progressJson(snapshot))), progressJson(snapshot));
    }),
  );
});
