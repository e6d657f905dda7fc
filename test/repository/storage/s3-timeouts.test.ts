import test from 'ava';
import { settingsOf } from '../../../src/repository/storage/s3/settings.js';
import { codeOf, put } from '../storage-helpers.js';
import { serverFor, storageOn } from '../storage-s3.js';

test.serial('timeouts are those of the options, of the environment, or such as suit most', async (t) => {
  t.is(settingsOf({}).idleTimeoutMs, 60_000);
  t.is(settingsOf({}).requestTimeoutMs, 15 * 60_000);
  process.env['DRILL_S3_IDLE_TIMEOUT_MS'] = '300';
  process.env['DRILL_S3_REQUEST_TIMEOUT_MS'] = '500';
  try {
    t.is(settingsOf({}).idleTimeoutMs, 300);
    t.is(settingsOf({}).requestTimeoutMs, 500);
    t.is(settingsOf({ idleTimeoutMs: 7 }).idleTimeoutMs, 7);
    for (const text of ['soon', '0', '-1', '1.5']) {
      process.env['DRILL_S3_IDLE_TIMEOUT_MS'] = text;
      t.is(await codeOf(() => settingsOf({})), 'USAGE', text);
    }
  } finally {
    delete process.env['DRILL_S3_IDLE_TIMEOUT_MS'];
    delete process.env['DRILL_S3_REQUEST_TIMEOUT_MS'];
  }
});

test.serial('a server that says nothing does not hold anybody up for ever', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 2, idleTimeoutMs: 100 });
  server.faults.add({ kind: { silence: true }, times: Infinity });
  t.is(await codeOf(() => put(storage, 'f')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.list('')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.sizeOf('f')), 'STORAGE_FAILED');
});
