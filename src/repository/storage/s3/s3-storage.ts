import { DrillError } from '../../../base/errors.js';
import { checkedDirectory, checkedPath } from '../path.js';
import { locationOf, type S3StorageSpec } from '../spec.js';
import type { Storage } from '../storage.js';
import type { Bucket } from './bucket.js';
import { s3Client } from './client.js';
import { keySpace } from './keys.js';
import { listFiles, listNames } from './list.js';
import { partMemory } from './part-memory.js';
import { openReader } from './reader.js';
import { removeFile, removeTree, removeUnfinished } from './remove.js';
import { sizeOf } from './size-of.js';
import { settingsOf, type S3StorageOptions } from './settings.js';
import { createWriter } from './writer.js';

/** What servers take for the name of a bucket; AWS takes less. A `/` or `?` would make it part of something else. */
const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/**
 * Part of a bucket on an S3 server as a storage. A file appears whole when its writer is closed, and there is no rename.
 * Requests that fail in passing are tried again; those that fail for good are DrillErrors that hold no secret.
 */
export function s3Storage(spec: S3StorageSpec, options: S3StorageOptions = {}): Storage {
  checkSpec(spec);
  const settings = settingsOf(options);
  const keys = keySpace(spec.prefix);
  const client = s3Client(spec, settings, options.credentials);
  const memory = partMemory();
  const location = locationOf(spec);
  const bucket: Bucket = { client, name: spec.bucket, keys, settings, memory, location };
  return {
    kind: 's3',
    location: bucket.location,
    canRename: false,
    parts: { partBytes: settings.partSizeBytes, parallel: settings.partsInFlight },
    list: async (prefix) => listFiles(bucket, prefix),
    listNames: async (directory) => listNames(bucket, directory),
    sizeOf: async (path) => sizeOf(bucket, keys.key(path)),
    createWriter: (path, sizeBytes, md5, partMd5s) =>
      createWriter(bucket, keys.key(path), { sizeBytes, md5, partMd5s }),
    openReader: async (path) => openReader(bucket, keys.key(path)),
    rename(from, to) {
      checkedPath(from);
      checkedPath(to);
      throw new DrillError(
        'NOT_SUPPORTED',
        `${bucket.location} cannot rename ${from} to ${to}: S3 has no rename`,
      );
    },
    syncNames: (directory) => void checkedDirectory(directory),
    remove: async (path) => removeFile(bucket, keys.key(path)),
    removeTree: async (prefix) => removeTree(bucket, checkedPath(prefix)),
    removeUnfinished: async (prefix) => removeUnfinished(bucket, checkedDirectory(prefix)),
    dispose: () => client.close(),
  };
}

function checkSpec({ bucket, region }: S3StorageSpec): void {
  if (!BUCKET_NAME.test(bucket)) {
    throw new DrillError('STORAGE_PATH', `${JSON.stringify(bucket)} cannot be the name of a bucket`, {
      hint: 'a name has 3 to 63 lower-case letters, digits, "-" and "."',
    });
  }
  if (region === '') {
    throw new DrillError('STORAGE_PATH', `bucket ${bucket} has an empty region`, {
      hint: "servers other than AWS have one too: often 'us-east-1', 'default' on Ceph",
    });
  }
}
