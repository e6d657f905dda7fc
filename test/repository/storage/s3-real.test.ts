import { createHash, randomUUID } from 'node:crypto';
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import test from 'ava';
import { s3Storage } from '../../../src/repository/storage/s3/s3-storage.js';
import type { S3StorageOptions } from '../../../src/repository/storage/s3/settings.js';
import type { S3StorageSpec } from '../../../src/repository/storage/spec.js';
import { storageConformance, type StorageFixture } from '../storage-conformance.js';
import { bytesOf, codeOf } from '../storage-helpers.js';
import { MIB } from '../storage-s3.js';

/*
 * The suite on a server of the real world, where one is set up (`.ci/run` does it): DRILL_S3_ENDPOINT, DRILL_S3_BUCKET,
 * DRILL_S3_REGION, and credentials where AWS tools look for them. Every storage has a prefix of its own, removed at the end.
 */
const endpoint = process.env['DRILL_S3_ENDPOINT'];
const bucket = process.env['DRILL_S3_BUCKET'];
const region = process.env['DRILL_S3_REGION'] ?? 'default';

/** Node asks the system, and not all systems know names below `localhost`. */
const lookup: NonNullable<S3StorageOptions['lookup']> = (_, { all }, found) => {
  if (all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

let made: Promise<void> | undefined;

async function makeBucket(): Promise<void> {
  const client = new S3Client({ endpoint: endpoint!, region, forcePathStyle: true });
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket! }));
  } catch {
    await client.send(new CreateBucketCommand({ Bucket: bucket! }));
  } finally {
    client.destroy();
  }
}

async function open(
  addressing: S3StorageSpec['addressing'],
  options: S3StorageOptions,
): Promise<StorageFixture> {
  await (made ??= makeBucket());
  const isLocal = new URL(endpoint!).hostname === 'localhost';
  const prefix = `test/${randomUUID()}`;
  const spec: S3StorageSpec = {
    kind: 's3',
    endpoint: endpoint!,
    region,
    bucket: bucket!,
    prefix,
    addressing,
  };
  const storage = s3Storage(spec, { ...options, ...(isLocal ? { lookup } : {}) });
  const dispose = async (): Promise<void> => {
    const whole = s3Storage({ ...spec, prefix: 'test' }, isLocal ? { lookup } : {});
    await whole.removeTree(prefix.slice('test/'.length));
    await storage.removeUnfinished('');
    whole.dispose?.();
    storage.dispose?.();
  };
  return { storage, dispose, partBytes: options.partSizeBytes ?? 8 * MIB };
}

if (endpoint === undefined || bucket === undefined) {
  test('no real S3 server is named (DRILL_S3_ENDPOINT, DRILL_S3_BUCKET)', (t) => t.pass());
} else {
  const options: S3StorageOptions = { partSizeBytes: 5 * MIB };
  storageConformance('real s3, path style', () => open('path', options), { modelRuns: 15 });
  storageConformance('real s3, tiny pages', () => open('path', { ...options, pageSize: 2 }), {
    modelRuns: 15,
  });
  test('real s3: bytes that do not have the MD5 that is sent with them are refused, though nothing else vouches for them', async (t) => {
    const { storage, dispose } = await open('path', options);
    t.teardown(() => dispose?.());
    const writer = await storage.createWriter('f', 3, createHash('md5').update('abd').digest('hex'));
    await writer.write(bytesOf('abc'));
    t.is(await codeOf(() => writer.close()), 'CHECKSUM_MISMATCH');
    t.is(await storage.sizeOf('f'), undefined);
  });
  storageConformance('real s3, virtual-hosted', () => open('virtual-hosted', options), { modelRuns: 5 });
}
