import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { DrillError } from '../../../base/errors.js';
import { byCodeUnits } from '../path.js';
import type { StoredFile } from '../storage.js';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { decodeKey } from './keys.js';

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

interface Page {
  readonly objects: readonly ListedObject[];
  /** Keys up to and with the delimiter. */
  readonly directories: readonly string[];
}

/** Every file below a directory, sorted by its whole path: S3's own order is that of UTF-8. */
export async function listFiles(bucket: Bucket, directory: string): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  for await (const { objects } of pages(bucket, bucket.keys.below(directory))) {
    for (const { key, sizeBytes } of objects) {
      const path = bucket.keys.path(key);
      if (path !== undefined) found.push({ path, sizeBytes });
    }
  }
  return found.sort((a, b) => byCodeUnits(a.path, b.path));
}

/** Names directly in a directory, sorted. */
export async function listNames(bucket: Bucket, directory: string): Promise<string[]> {
  const start = bucket.keys.below(directory);
  // A file and a directory may share a name here.
  const names = new Set<string>();
  for await (const { objects, directories } of pages(bucket, start, '/')) {
    for (const { key } of objects) names.add(key.slice(start.length));
    for (const key of directories) names.add(key.slice(start.length, -1));
  }
  // A marker that a console made for the directory itself.
  names.delete('');
  return [...names].sort(byCodeUnits);
}

/** Everything whose key starts with `start`, a page at a time, in the server's order. */
export async function* pages(bucket: Bucket, start: string, delimiter?: string): AsyncGenerator<Page> {
  let token: string | undefined;
  do {
    const output = await attempt('read', `list ${placeOf(bucket, start)}`, () =>
      bucket.client.send(
        new ListObjectsV2Command({
          Bucket: bucket.name,
          Prefix: start,
          EncodingType: 'url',
          MaxKeys: bucket.settings.pageSize,
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    yield pageOf(output);
    token = nextToken(bucket, start, output, token);
  } while (token !== undefined);
}

function pageOf(output: ListObjectsV2CommandOutput): Page {
  const objects = (output.Contents ?? []).map(({ Key = '', Size = 0 }) => ({
    key: decode(output, Key),
    sizeBytes: Size,
  }));
  return {
    objects,
    directories: (output.CommonPrefixes ?? []).map(({ Prefix = '' }) => decode(output, Prefix)),
  };
}

/** Servers that do not encode keys do not say that they did. */
const decode = (output: { readonly EncodingType?: string | undefined }, key: string): string =>
  output.EncodingType === 'url' ? decodeKey(key) : key;

/** A list that ends early would make a backup look complete, or garbage look gone. */
function nextToken(
  bucket: Bucket,
  start: string,
  { IsTruncated, NextContinuationToken: next }: ListObjectsV2CommandOutput,
  last: string | undefined,
): string | undefined {
  if (IsTruncated !== true) return undefined;
  if (next !== undefined && next !== '' && next !== last) return next;
  throw endless(bucket, start);
}

function endless(bucket: Bucket, start: string): DrillError {
  return new DrillError(
    'STORAGE_FAILED',
    `cannot list ${placeOf(bucket, start)}: the server says that there is more, and not where it goes on`,
  );
}

export interface UnfinishedUpload {
  /** What its key may be, likeliest first: Ceph encodes it and does not say so, others do not and say nothing either. */
  readonly keys: readonly string[];
  readonly uploadId: string;
}

/** Multipart uploads whose key starts with `start` and that were not completed. */
export async function unfinishedUploads(bucket: Bucket, start: string): Promise<UnfinishedUpload[]> {
  const found = new Map<string, UnfinishedUpload>();
  let marker: { KeyMarker: string; UploadIdMarker: string } | undefined;
  for (;;) {
    const output = await attempt('read', `list unfinished uploads of ${placeOf(bucket, start)}`, () =>
      bucket.client.send(
        new ListMultipartUploadsCommand({
          Bucket: bucket.name,
          Prefix: start,
          EncodingType: 'url',
          MaxUploads: bucket.settings.pageSize,
          ...marker,
        }),
      ),
    );
    for (const { Key = '', UploadId = '' } of output.Uploads ?? []) {
      // Not all servers heed the prefix; what is not below ours is not ours to abort.
      const keys = possibleKeys(output, Key).filter((key) => key.startsWith(start));
      if (UploadId !== '' && keys.length > 0) found.set(UploadId, { keys, uploadId: UploadId });
    }
    if (output.IsTruncated !== true) return [...found.values()];
    const last = marker;
    marker = {
      KeyMarker: decode(output, output.NextKeyMarker ?? ''),
      UploadIdMarker: output.NextUploadIdMarker ?? '',
    };
    if (marker.KeyMarker === last?.KeyMarker && marker.UploadIdMarker === last.UploadIdMarker) {
      throw endless(bucket, start);
    }
  }
}

function possibleKeys(output: { readonly EncodingType?: string | undefined }, listed: string): string[] {
  if (output.EncodingType === 'url') return [decodeKey(listed)];
  try {
    return [...new Set([decodeKey(listed), listed])];
  } catch {
    return [listed]; // A "%" that encodes nothing.
  }
}
