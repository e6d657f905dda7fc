import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../../src/base/random.js';
import {
  DEFAULT_BACKOFF,
  delayMs,
  reasonOf,
  retryAfterMsOf,
} from '../../../src/repository/storage/s3/retry.js';
import type { LoggedRequest } from '../../s3-server/server.js';
import { slowDown } from '../../s3-server/faults.js';
import { bytesOf, codeOf, errorOf, get, put } from '../storage-helpers.js';
import { FAST_BACKOFF, serverFor, storageOn } from '../storage-s3.js';

const REASONS = ['throttled', 'broken'] as const;
const attempts = fc.integer({ min: 1, max: 40 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('delays double up to a limit, and at least half of each is certain', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...REASONS), attempts, chance, (reason, attempt, random) => {
      const baseMs = reason === 'throttled' ? DEFAULT_BACKOFF.throttlingDelayMs : DEFAULT_BACKOFF.baseDelayMs;
      const fullMs = Math.min(baseMs * 2 ** (attempt - 1), DEFAULT_BACKOFF.maxDelayMs);
      const delay = delayMs(DEFAULT_BACKOFF, reason, attempt, () => random);
      return delay >= fullMs / 2 && delay <= fullMs;
    }),
  );
  t.pass();
});

test('a Retry-After is waited for, up to a limit', (t) => {
  fc.assert(
    fc.property(attempts, chance, fc.integer({ min: 0, max: 200_000 }), (attempt, random, askedMs) => {
      const delay = delayMs(DEFAULT_BACKOFF, 'throttled', attempt, () => random, askedMs);
      return delay >= Math.min(askedMs, DEFAULT_BACKOFF.maxRetryAfterMs) && delay <= 60_000 + 20_000;
    }),
  );
  t.pass();
});

test('clients that failed together do not come back together', (t) => {
  const random = randomStream('jitter', 'test');
  const delays = Array.from({ length: 100 }, () => delayMs(DEFAULT_BACKOFF, 'throttled', 3, random));
  t.is(new Set(delays.map(Math.floor)).size > 90, true);
});

test('what is tried again, and as what', (t) => {
  const reason = (code: string, status: number): string => reasonOf({ code, status });
  t.is(reason('SlowDown', 503), 'throttled');
  t.is(reason('SlowDown', 200), 'throttled', 'in an answer that began well');
  t.is(reason('', 503), 'throttled', 'a 503 without a code');
  t.is(reason('', 429), 'throttled');
  t.is(reason('InternalError', 500), 'broken');
  t.is(reason('', 502), 'broken');
  t.is(reason('BadDigest', 400), 'broken');
  t.is(reason('ECONNRESET', 0), 'broken');
  t.is(reason('TimeoutError', 0), 'broken');
  t.is(reason('AccessDenied', 403), 'none');
  t.is(reason('NotImplemented', 501), 'none');
  t.is(reason('', 301), 'none');
  t.is(reason('', 0), 'none');
});

test('a Retry-After is a number of seconds or a date', (t) => {
  const nowMs = Date.UTC(2026, 0, 1);
  t.is(retryAfterMsOf('7', nowMs), 7000);
  t.is(retryAfterMsOf(new Date(nowMs + 3000).toUTCString(), nowMs), 3000);
  for (const text of [undefined, '', '-1', 'soon', new Date(nowMs - 3000).toUTCString()]) {
    t.is(retryAfterMsOf(text, nowMs), 0, text);
  }
});

/** The time between the first request and the second, in milliseconds. */
const gapMs = ([first, second]: readonly LoggedRequest[]): number => second!.atMs - first!.atMs;

test('SlowDowns are survived', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { backoff: { throttlingDelayMs: 8, baseDelayMs: 1, maxDelayMs: 64 } });
  server.faults.add({ times: 5, kind: slowDown() });
  await put(storage, 'f', bytesOf('content'));
  t.deepEqual(
    server.requests.map(({ status }) => status),
    [503, 503, 503, 503, 503, 200],
  );
  t.deepEqual(await get(storage, 'f'), bytesOf('content'));
});

test('a server that says when is taken at its word', async (t) => {
  const server = await serverFor(t);
  server.faults.add({ kind: slowDown(1) });
  await put(storageOn(server), 'f');
  // Without it the wait would be 8 ms at most. Half: a timer is early by as much as its process was busy when it was set.
  t.true(gapMs(server.requests) >= 500);
});

test('a SlowDown without end ends in an error that says so', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 4 });
  server.faults.add({ times: Infinity, kind: slowDown() });
  const error = await errorOf(() => storage.list(''));
  t.is(error?.code, 'STORAGE_FAILED');
  t.regex(error!.message, /keeps asking to slow down \(SlowDown, HTTP 503, after 4 attempts\)/);
  t.regex(error!.hint!, /fewer uploads/);
  t.is(server.requests.length, 4);
});

test('many requests that are throttled at once each have their tries: there is no common budget', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  const count = 150;
  for (let i = 0; i < count; i++)
    server.faults.add({ key: new RegExp(`f${i}$`), times: 2, kind: slowDown() });
  const codes = await Promise.all(
    Array.from({ length: count }, (_, i) => codeOf(() => put(storage, `f${i}`))),
  );
  t.deepEqual(new Set(codes), new Set(['none']));
});

for (const [name, kind] of Object.entries({
  'a failing server': { refuse: 500, code: 'InternalError' },
  'a 503 without S3': { refuse: 503, code: '' },
  'a 429': { refuse: 429, code: 'TooManyRequests' },
  'a reset before the work': { reset: 'before' },
  'a reset after the work': { reset: 'after' },
  'a damaged body': { damageBody: true },
} as const)) {
  test(`${name} is survived by every operation`, async (t) => {
    const server = await serverFor(t, { minPartBytes: 1 });
    const storage = storageOn(server, { partSizeBytes: 4 });
    const trouble = (): void => server.faults.add({ times: 2, kind });
    trouble();
    await put(storage, 'd/small', bytesOf('abc'));
    for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']) {
      server.faults.add({ operation, times: 2, kind });
    }
    await put(storage, 'd/large', bytesOf('abcdefghij'));
    trouble();
    t.deepEqual(await storage.listNames('d'), ['large', 'small']);
    trouble();
    t.deepEqual(await get(storage, 'd/large'), bytesOf('abcdefghij'));
    t.deepEqual(await get(storage, 'd/small'), bytesOf('abc'));
    trouble();
    await storage.remove('d/small');
    trouble();
    await storage.removeTree('d');
    t.deepEqual(await storage.list(''), []);
    t.true(server.requests.length > 8);
  });
}

test('a server that never answers is given up', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 2, idleTimeoutMs: 50, backoff: FAST_BACKOFF });
  server.faults.add({ times: 2, kind: { silence: true } });
  const error = await errorOf(() => storage.list(''));
  t.is(error?.code, 'STORAGE_FAILED');
  t.regex(error!.message, /did not answer in time \(\w+, after 2 attempts\)/);
});
