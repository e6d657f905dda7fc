import test from 'ava';
import { JobLimitCells } from '../../../../src/world/real/limits/job-limit-cells.js';
import { LimitCells } from '../../../../src/world/real/limits/limit-cells.js';

const BYTES_PER_SEC = 1000;

test('what one job takes, it takes from no other, in all or on a node', (t) => {
  const all = new JobLimitCells(2, 1);
  const limits = { bytesPerSec: BYTES_PER_SEC, requestsPerSec: 1, transfers: 1 };
  for (const jobId of [1, 2]) all.change(jobId, { job: limits, node: limits }, 0n);
  const cellsOf = (jobId: number): LimitCells[] =>
    all.of({ jobId, node: 0 }).map((memory) => new LimitCells(memory));
  for (const jobId of [1, 2])
    for (const { bytes, requests, transfers } of cellsOf(jobId)) {
      t.truthy(bytes.take(BYTES_PER_SEC, 0n));
      t.truthy(requests.take(1, 0n));
      t.true(transfers.enter(jobId));
    }
  for (const { bytes, requests, transfers } of cellsOf(1)) {
    t.falsy(bytes.take(1, 0n));
    t.falsy(requests.take(1, 0n));
    t.false(transfers.enter(3));
  }
});
