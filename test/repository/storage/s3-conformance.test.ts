import test from 'ava';
import { storageConformance } from '../storage-conformance.js';
import { AUTHORITY, shown } from '../../fixtures/tls.js';
import { embeddedFixtures } from '../storage-s3.js';

const BIG = { minPartBytes: 64 * 1024 };

/** `tiny`: everything that has several parts or pages on a large repository has them on a small one. */
const KINDS = {
  's3, path style': embeddedFixtures(BIG, { partSizeBytes: 64 * 1024 }, { addressing: 'path' }),
  's3, virtual-hosted': embeddedFixtures(
    { ...BIG, isCephLike: false },
    { partSizeBytes: 64 * 1024 },
    { addressing: 'virtual-hosted' },
  ),
  's3, TLS': embeddedFixtures(
    { ...BIG, tls: shown('localhost') },
    { partSizeBytes: 64 * 1024, ca: AUTHORITY },
    { addressing: 'virtual-hosted' },
  ),
  's3, tiny parts and pages': embeddedFixtures(
    { minPartBytes: 1, maxKeys: 3 },
    { partSizeBytes: 64, pageSize: 2 },
    { addressing: 'path' },
  ),
};

for (const [name, { open, close }] of Object.entries(KINDS)) {
  const largeChunkBytes = name.includes('tiny') ? 1000 : 256 * 1024;
  storageConformance(name, open, { largeChunkBytes, modelRuns: 15 });
  test.after.always(`${name}: stop the server`, close);
}
