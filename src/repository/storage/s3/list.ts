import { DrillError } from '../../../base/errors.js';
import { byCodeUnits } from '../path.js';
import type { StoredFile } from '../storage.js';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { decodeKey } from './keys.js';
import { childrenOf, textOf, type XmlElement } from './xml.js';

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
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': String(bucket.settings.pageSize),
      prefix: start,
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(token === undefined ? {} : { 'continuation-token': token }),
    };
    const { document } = await attempt('read', `list ${placeOf(bucket, start)}`, () =>
      bucket.client.send({ method: 'GET', query, expects: 'ListBucketResult' }),
    );
    yield pageOf(document);
    token = nextToken(bucket, start, document, token);
  } while (token !== undefined);
}

function pageOf(list: XmlElement | undefined): Page {
  const objects = childrenOf(list, 'Contents').map((object) => ({
    key: decode(list, textOf(object, 'Key') ?? ''),
    sizeBytes: Number(textOf(object, 'Size') ?? 0),
  }));
  const directories = childrenOf(list, 'CommonPrefixes').map((directory) =>
    decode(list, textOf(directory, 'Prefix') ?? ''),
  );
  return { objects, directories };
}

/** Servers that do not encode keys do not say that they did. */
const isEncoded = (list: XmlElement | undefined): boolean => textOf(list, 'EncodingType') === 'url';

const isTruncated = (list: XmlElement | undefined): boolean => textOf(list, 'IsTruncated') === 'true';

const decode = (list: XmlElement | undefined, key: string): string =>
  isEncoded(list) ? decodeKey(key) : key;

/** A list that ends early would make a backup look complete, or garbage look gone. */
function nextToken(
  bucket: Bucket,
  start: string,
  list: XmlElement | undefined,
  last: string | undefined,
): string | undefined {
  if (!isTruncated(list)) return undefined;
  const next = textOf(list, 'NextContinuationToken');
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
  let marker: Marker | undefined;
  for (;;) {
    const query = {
      uploads: '',
      'encoding-type': 'url',
      'max-uploads': String(bucket.settings.pageSize),
      prefix: start,
      ...marker,
    };
    const { document } = await attempt('read', `list unfinished uploads of ${placeOf(bucket, start)}`, () =>
      bucket.client.send({ method: 'GET', query, expects: 'ListMultipartUploadsResult' }),
    );
    for (const upload of childrenOf(document, 'Upload')) {
      const uploadId = textOf(upload, 'UploadId') ?? '';
      // Not all servers heed the prefix; what is not below ours is not ours to abort.
      const keys = possibleKeys(document, textOf(upload, 'Key') ?? '').filter((key) => key.startsWith(start));
      if (uploadId !== '' && keys.length > 0) found.set(uploadId, { keys, uploadId });
    }
    if (!isTruncated(document)) return [...found.values()];
    const last = marker;
    marker = {
      'key-marker': decode(document, textOf(document, 'NextKeyMarker') ?? ''),
      'upload-id-marker': textOf(document, 'NextUploadIdMarker') ?? '',
    };
    if (
      marker['key-marker'] === last?.['key-marker'] &&
      marker['upload-id-marker'] === last['upload-id-marker']
    ) {
      throw endless(bucket, start);
    }
  }
}

interface Marker {
  readonly 'key-marker': string;
  readonly 'upload-id-marker': string;
}

function possibleKeys(list: XmlElement | undefined, listed: string): string[] {
  if (isEncoded(list)) return [decodeKey(listed)];
  try {
    return [...new Set([decodeKey(listed), listed])];
  } catch {
    return [listed]; // A "%" that encodes nothing.
  }
}
