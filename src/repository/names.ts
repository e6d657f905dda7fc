import { DrillError } from '../base/errors.js';
import { MAX_NAME_BYTES, utf8Bytes } from './storage/path.js';

/** `.` and the 32 hex digits of an MD5: what a stored file's name has in addition. */
export const CHECKSUM_SUFFIX_BYTES = 33;

/** A file's own name has to leave room for its checksum. */
export const MAX_FILE_NAME_BYTES = MAX_NAME_BYTES - CHECKSUM_SUFFIX_BYTES;

/** Doris's rule for labels. */
const LABEL = /^[-_A-Za-z0-9:]{1,128}$/;

/** Doris's rule for the names of repositories. */
const REPOSITORY_NAME = /^[A-Za-z][-_A-Za-z0-9]{0,63}$/;

/** What nearly all names of files are; to look for what is unsafe in Unicode's categories takes many times as long. */
const PLAIN_FILE_NAME = /^\w[\w.-]*$/;

const UNSAFE_IN_FILE_NAME = /[/\p{Cc}\p{Surrogate}]/u;

export const isLabel = (text: string): boolean => LABEL.test(text);

export const isRepositoryName = (text: string): boolean => REPOSITORY_NAME.test(text);

/** Whether a file may have this name in a shard: one path part that is safe to store, to print, and to add to. */
export function isFileName(text: string): boolean {
  if (PLAIN_FILE_NAME.test(text)) return text.length <= MAX_FILE_NAME_BYTES;
  if (text === '' || text === '.' || text === '..' || UNSAFE_IN_FILE_NAME.test(text)) return false;
  return utf8Bytes(text) <= MAX_FILE_NAME_BYTES;
}

/** Returns `label` if a snapshot may be named so, else NAME_INVALID. */
export function checkedLabel(label: string): string {
  if (isLabel(label)) return label;
  throw new DrillError('NAME_INVALID', `${JSON.stringify(label)} cannot be the label of a snapshot`, {
    hint: 'a label is 1 to 128 of: letters A to Z and a to z, digits, "-", "_" and ":"',
  });
}

/** Returns `name` if a repository may be named so, else NAME_INVALID. */
export function checkedRepositoryName(name: string): string {
  if (isRepositoryName(name)) return name;
  throw new DrillError('NAME_INVALID', `${JSON.stringify(name)} cannot be the name of a repository`, {
    hint: 'a repository\'s name is a letter A to Z or a to z, then at most 63 more letters, digits, "-" or "_"',
  });
}
