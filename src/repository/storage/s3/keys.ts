import { DrillError } from '../../../base/errors.js';
import { checkedDirectory, checkedPath, utf8Bytes } from '../path.js';

/** S3's own limit, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** How paths below a prefix of a bucket become keys, and back. */
export interface KeySpace {
  /** What every key starts with: '' or `some/prefix/`. */
  readonly start: string;
  /** The key of a file. Throws STORAGE_PATH for a path that no storage can hold, or S3 cannot. */
  key(path: string): string;
  /** What the keys below a directory start with: ends with `/`, or is '' for a whole bucket. */
  below(directory: string): string;
  /** The path of a key, undefined for one that is none of ours: a marker that stands for a directory. */
  path(key: string): string | undefined;
}

export function keySpace(prefix: string): KeySpace {
  const start = prefix === '' ? '' : `${checkedPath(prefix)}/`;
  const checkedKey = (path: string): string => {
    const key = start + path;
    const sizeBytes = utf8Bytes(key);
    if (sizeBytes <= MAX_KEY_BYTES) return key;
    throw new DrillError(
      'STORAGE_PATH',
      `${path.slice(0, 100)}… is a key of ${sizeBytes} bytes on S3, which takes ${MAX_KEY_BYTES}`,
      { hint: 'choose a shorter prefix for the repository, or shorter names' },
    );
  };
  return {
    start,
    key: (path) => checkedKey(checkedPath(path)),
    below: (directory) => (directory === '' ? start : `${checkedKey(checkedDirectory(directory))}/`),
    path: (key) => (key.endsWith('/') ? undefined : key.slice(start.length)),
  };
}

/** A key as it is in a list that was asked for with `encoding-type=url`: some servers send a space as `+`. */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

/** What XML 1.0 cannot hold, or a parser may fold or trim: keys with such characters do not travel in a body. */
const NOT_FOR_XML = /[\p{Cc}\s\u2028\u2029\uFFFE\uFFFF]/u;

export const travelsInXml = (key: string): boolean => !NOT_FOR_XML.test(key);
