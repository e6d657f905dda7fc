import test from 'ava';
import { serverClock } from '../../../src/repository/storage/s3/clock.js';
import { bytesOf, codeOf, put } from '../storage-helpers.js';
import { serverFor, storageOn } from '../storage-s3.js';

const MINUTE_MS = 60_000;

test('a clock goes on from what the server said', (t) => {
  let ownMs = 1_000_000;
  const clock = serverClock(() => ownMs);
  t.true(clock.correct(ownMs - 60 * MINUTE_MS));
  ownMs += 5000;
  t.is(clock.nowMs(), ownMs - 60 * MINUTE_MS);
  t.false(clock.correct(clock.nowMs() + 4 * MINUTE_MS), 'explains nothing');
  t.is(clock.nowMs(), ownMs - 60 * MINUTE_MS);
  t.true(clock.correct(ownMs + 6 * MINUTE_MS));
  t.is(clock.nowMs(), ownMs + 6 * MINUTE_MS);
});

for (const hours of [-30, 30]) {
  test(`a clock that is ${-hours} hours off is corrected once, and then right`, async (t) => {
    const server = await serverFor(t, { nowMs: () => Date.now() + hours * 60 * MINUTE_MS });
    const storage = storageOn(server);
    for (const path of ['f', 'g', 'h']) t.is(await codeOf(() => put(storage, path, bytesOf('x'))), 'none');
    t.deepEqual(
      server.requests.map(({ status }) => status),
      [403, 200, 200, 200],
    );
  });
}

test('a server that refuses the time that it said itself is not asked for ever', async (t) => {
  let hours = 0;
  // Its clock runs away from every correction.
  const server = await serverFor(t, { nowMs: () => Date.now() + 3600_000 * ++hours });
  const storage = storageOn(server, { maxAttempts: 4 });
  t.is(await codeOf(() => put(storage, 'f')), 'REPOSITORY_UNWRITABLE');
  t.is(server.requests.filter(({ operation }) => operation === 'PutObject').length, 4);
});
