import { localStorage } from './local.js';
import type { S3Credentials, StorageSpec } from './spec.js';
import type { Storage } from './storage.js';

/**
 * The storage that a spec describes. `credentials`: for S3; without them, the usual places are asked (see
 * `s3Storage`). Opening reaches for nothing: a wrong bucket or endpoint is told by the first operation.
 */
export async function openStorage(spec: StorageSpec, credentials?: S3Credentials): Promise<Storage> {
  if (spec.kind === 'local') return localStorage(spec.directory, { durable: spec.durable });
  // Only now: the AWS SDK takes about 150 ms to load, and most runs never need it.
  const { s3Storage } = await import('./s3/s3-storage.js');
  return s3Storage(spec, credentials ? { credentials } : {});
}
