import { badLocation, readBundling, readFlag, shownText, type Given } from './parts.js';
import type { LocalStorageSpec } from '../../repository/index.js';

const SCHEME = /^([a-z][a-z\d+.-]*):\/*/i;
const EXAMPLE = 'as in LOCATION "file:///backup/doris"';
const MAX_PATH_BYTES = 4096;

/** WITH LOCAL: a directory, named by `file:///…` or by its absolute path. */
export function localSpec(given: Given): LocalStorageSpec {
  return Object.freeze({
    kind: 'local',
    directory: directoryOf(given),
    durable: readFlag(given, 'durable') ?? true,
    ...readBundling(given),
  });
}

function directoryOf({ statement }: Given): string {
  const { location } = statement;
  const shown = shownText(statement, location.span);
  const text = location.text.trim();
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'file') {
    const hint = scheme.startsWith('s3') ? 'write WITH S3, or a directory' : EXAMPLE;
    throw badLocation(statement, `${shown} is no place on a disk: WITH LOCAL takes file:///directory`, hint);
  }
  const path = scheme === undefined ? text : text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') throw badLocation(statement, 'the location is empty', EXAMPLE);
  if (scheme !== undefined && path.startsWith('//')) {
    const message = `${shown} names a host, not a directory: file:// is followed by the path, which begins with /`;
    throw badLocation(statement, message, EXAMPLE);
  }
  if (!path.startsWith('/')) {
    throw badLocation(statement, `${shown} is a relative path; a location on a disk is absolute`, EXAMPLE);
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(path) || path.length > MAX_PATH_BYTES) {
    throw badLocation(statement, 'no directory can have this path', EXAMPLE);
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw badLocation(statement, `${shown} has ".." as a part`, 'write the path without it');
  }
  return `/${parts.join('/')}`;
}
