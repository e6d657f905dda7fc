import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { casesOf, violationOf } from '../../src/fuzz/index.js';
import { faultedCluster } from '../../src/planner/index.js';

/** Cases that the fuzzer has found and made small, of faults that have been mended since. */
const FOUND = path.join('test', 'fuzz', 'found');

for (const file of readdirSync(FOUND)) {
  test(`what was found once is not found again: ${file}`, (t) => {
    for (const found of casesOf(readFileSync(path.join(FOUND, file), 'utf8'), file))
      t.is(violationOf(found, faultedCluster), undefined);
  });
}
