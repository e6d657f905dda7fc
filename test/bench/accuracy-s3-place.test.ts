import test from 'ava';
import { openS3Place } from '../../bench/accuracy/s3-place.js';
import { openStorage } from '../../src/repository/storage/open.js';
import type { S3StorageSpec } from '../../src/repository/storage/spec.js';

async function namesAt(spec: S3StorageSpec): Promise<string[]> {
  const storage = await openStorage(spec);
  try {
    return (await storage.list('')).map((file) => file.path);
  } finally {
    storage.dispose?.();
  }
}

async function write(spec: S3StorageSpec, name: string): Promise<void> {
  const storage = await openStorage(spec);
  try {
    const writer = await storage.createWriter(name, 3);
    await writer.write(new Uint8Array(3));
    await writer.close();
  } finally {
    storage.dispose?.();
  }
}

test.serial(
  'the suite has a server of its own: each run its place, emptied after it, and nothing stays',
  async (t) => {
    delete process.env['DRILL_S3_ENDPOINT'];
    const place = await openS3Place(process.env);
    try {
      const [one, other] = [place.at('s3-doris: a variant-0'), place.at('s3-doris: a variant-1')];
      await write(one, 'a/b');
      await write(other, 'c');
      t.deepEqual(await namesAt(one), ['a/b']);
      t.deepEqual(await namesAt(other), ['c']);
      await place.empty(one);
      t.deepEqual(await namesAt(one), []);
      t.deepEqual(await namesAt(other), ['c']);
      t.true(place.location('calibration').repository.startsWith(`s3://${one.bucket}/`));
      t.is(one.endpoint, place.location('calibration').endpoint);
    } finally {
      await place.close();
    }
    const { endpoint } = place.at('any');
    await t.throwsAsync(fetch(endpoint!), { instanceOf: TypeError });
  },
);
