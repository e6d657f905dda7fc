import { localStorage } from './local.js';
import type { s3Storage } from './s3/s3-storage.js';
import type { S3Credentials, StorageSpec } from './spec.js';
import type { PartSettings, Storage } from './storage.js';
import type { Sync } from './local-sync.js';

/**
 * The storage that a spec describes. `credentials`: for S3; without them, the usual places are asked (see
 * `s3Storage`). `parts`: how S3 is to be sent large files; without it, in a way that suits most. `sync`: how local files
 * are brought to the disk, where that is asked for; without it, the thread waits. Opening reaches for
 * nothing: a wrong bucket or endpoint is told by the first operation.
 */
export async function openStorage(
  spec: StorageSpec,
  credentials?: S3Credentials,
  parts?: PartSettings,
  sync?: Sync,
): Promise<Storage> {
  if (spec.kind === 'local')
    return localStorage(spec.directory, { durable: spec.durable, ...(sync ? { sync } : {}) });
  const { s3Storage: open } = await loadS3();
  return open(spec, {
    ...(credentials ? { credentials } : {}),
    ...(parts ? { partSizeBytes: parts.partBytes, partsInFlight: parts.parallel } : {}),
  });
}

/** Only where it is needed: a browser has none of what it stands on. */
export const loadS3 = (): Promise<{ s3Storage: typeof s3Storage }> => import('./s3/s3-storage.js');
