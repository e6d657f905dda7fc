import test from 'ava';
import * as fc from 'fast-check';
import { ERROR_CODES, type ErrorCode } from '../../src/base/error-codes.js';
import { DrillError } from '../../src/base/errors.js';
import { randomStream } from '../../src/base/random.js';
import { isRequest, Retries, type Operation, type RetryPolicy } from '../../src/node/index.js';

const FAILED = new DrillError('STORAGE_FAILED', 'in passing');
const LONGEST_MS = 10_000;

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  requestRetries: fc.nat({ max: 100 }),
  retryDelayMs: fc.double({ min: 0.001, max: 60_000, noNaN: true }),
});

/** Waits until the retries are used up. */
function waits(retries: Retries): number[] {
  const all: number[] = [];
  for (let ms = retries.nextWaitMs(FAILED); ms !== undefined; ms = retries.nextWaitMs(FAILED)) all.push(ms);
  return all;
}

test('waits double up to a limit, half of each is certain, and there are as many as the policy says', (t) => {
  fc.assert(
    fc.property(policies, fc.string(), (policy, seed) => {
      const all = waits(new Retries(policy, randomStream(seed, 'retries')));
      t.is(all.length, policy.requestRetries);
      for (const [i, ms] of all.entries()) {
        const fullMs = Math.min(policy.retryDelayMs * 2 ** i, LONGEST_MS);
        t.true(ms >= fullMs / 2 && ms <= fullMs, `wait ${i} of ${fullMs} is ${ms}`);
      }
    }),
  );
});

test('a success gives all retries back, and nothing else does', (t) => {
  fc.assert(
    fc.property(policies, fc.array(fc.boolean(), { maxLength: 50 }), (policy, outcomes) => {
      const retries = new Retries(policy, () => 0);
      let failures = 0;
      for (const isFailure of outcomes) {
        if (isFailure) {
          const ms = retries.nextWaitMs(FAILED);
          t.is(ms !== undefined, failures < policy.requestRetries);
          if (ms !== undefined)
            t.is(ms, Math.min(policy.retryDelayMs * 2 ** failures, LONGEST_MS) / 2, 'it begins anew');
          failures++;
        } else {
          retries.succeeded();
          failures = 0;
        }
      }
    }),
  );
});

test('the same stream gives the same waits, and another one others', (t) => {
  const policy = { requestRetries: 20, retryDelayMs: 100 };
  const of = (seed: string): number[] => waits(new Retries(policy, randomStream(seed, 'retries')));
  t.deepEqual(of('a'), of('a'));
  t.notDeepEqual(of('a'), of('b'));
});

test('only what may pass is tried again, and what does not costs no retry', (t) => {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => code !== 'STORAGE_FAILED');
  const retries = new Retries({ requestRetries: 1, retryDelayMs: 1 }, () => 0);
  for (const code of codes) t.is(retries.nextWaitMs(new DrillError(code, '')), undefined, code);
  t.is(retries.nextWaitMs(new Error('a fault of this program')), undefined);
  t.not(retries.nextWaitMs(FAILED), undefined);
});

test('requests are what goes to the repository', (t) => {
  const operations: readonly Operation[] = [
    { op: 'link', shard: 0 },
    { op: 'scan', shard: 0 },
    { op: 'list', shard: 0 },
    { op: 'check', shard: 0, file: 0, checksum: 1 },
    { op: 'hash', shard: 0, file: 0 },
    { op: 'put', shard: 0, file: 0, checksum: 1, hash: false },
    { op: 'rename', shard: 0, file: 0, checksum: 1 },
    { op: 'sync', shard: 0 },
    { op: 'delete', shard: 0, file: 0, keep: 1 },
    { op: 'get', shard: 0, file: 0 },
    { op: 'install', shard: 0 },
    { op: 'drop', jobId: 1 },
    { op: 'remove', shard: 0 },
    { op: 'sweep', keepJobs: [], keepShardIds: new Int32Array(0) },
    { op: 'report', shards: 1 },
  ];
  t.deepEqual(
    operations.filter(isRequest).map(({ op }) => op),
    ['list', 'check', 'put', 'rename', 'delete', 'get'],
  );
});
