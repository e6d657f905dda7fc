import { DrillError } from '../../base/errors.js';

/** The longest file or directory name that common file systems take, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/** NUL ends a path in the kernel; a lone surrogate has no UTF-8 and would silently become another character. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** What nearly all paths are, and what is told at a glance: of letters, digits and so on, no part begins with a dot. */
const PLAIN = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** Returns `path` if every storage can hold a file under it, else STORAGE_PATH. */
export function checkedPath(path: string): string {
  // No part of it is longer than all of it.
  if (path.length <= MAX_NAME_BYTES && PLAIN.test(path)) return path;
  if (path === '') throw badPath(path, 'it is empty');
  if (UNSTORABLE.test(path)) throw badPath(path, 'it has a NUL or half of a surrogate pair in it');
  for (const part of path.split('/')) {
    if (part === '') throw badPath(path, 'it has an empty part: a "/" at an end, or two together');
    if (part === '.' || part === '..') throw badPath(path, `it has "${part}" as a part`);
    if (utf8Bytes(part) > MAX_NAME_BYTES)
      throw badPath(path, `it has a part of more than ${MAX_NAME_BYTES} bytes`);
  }
  return path;
}

/** The same for a directory to list, where '' is the storage's root. */
export function checkedDirectory(directory: string): string {
  return directory === '' ? '' : checkedPath(directory);
}

/** The directory part of a path, '' at the root. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Length of `text` in bytes of UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate is half of a character of four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Order by UTF-16 code units, which is what lists are sorted by: the same on every machine, whatever its locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function badPath(path: string, why: string): DrillError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new DrillError('STORAGE_PATH', `${JSON.stringify(shown)} cannot be a path on a storage: ${why}`, {
    hint: 'paths are relative to the root of the storage, with single "/" between their parts, and never leave it',
  });
}
