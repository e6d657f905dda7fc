import test from 'ava';
import { DrillError } from '../../../src/base/errors.js';
import { storageError } from '../../../src/repository/storage/errno.js';

const errno = (code: string, text: string) => Object.assign(new Error(`${code}: ${text}, write`), { code });

const CODES = [
  ['ENOENT', 'STORAGE_NOT_FOUND', 'STORAGE_NOT_FOUND'],
  ['EACCES', 'REPOSITORY_UNREADABLE', 'REPOSITORY_UNWRITABLE'],
  ['EPERM', 'REPOSITORY_UNREADABLE', 'REPOSITORY_UNWRITABLE'],
  ['EROFS', 'REPOSITORY_UNREADABLE', 'REPOSITORY_UNWRITABLE'],
  ['ENOSPC', 'DISK_FULL', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL', 'DISK_FULL'],
  ['ENOTDIR', 'STORAGE_FAILED', 'STORAGE_FAILED'],
  ['EISDIR', 'STORAGE_FAILED', 'STORAGE_FAILED'],
  ['EIO', 'STORAGE_FAILED', 'STORAGE_FAILED'],
  ['EWHATEVER', 'STORAGE_FAILED', 'STORAGE_FAILED'],
] as const;

test('each errno has its code, and the message has the reason and the errno', (t) => {
  for (const [name, read, write] of CODES) {
    t.is(storageError(errno(name, 'some reason'), 'read', 'open /x').code, read, name);
    const error = storageError(errno(name, 'some reason'), 'write', 'write /x');
    t.is(error.code, write, name);
    t.is(error.message, `cannot write /x: some reason (${name})`);
  }
});

test('what people can do something about has a hint', (t) => {
  for (const name of ['ENOENT', 'EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENOTDIR', 'EISDIR']) {
    t.truthy(storageError(errno(name, 'some reason'), 'write', 'write /x').hint, name);
  }
});

test('errors that are none of the file system keep their message; DrillErrors pass', (t) => {
  t.is(
    storageError(new TypeError('odd, is it not'), 'read', 'open /x').message,
    'cannot open /x: odd, is it not',
  );
  const own = new DrillError('STORAGE_PATH', 'no');
  t.is(storageError(own, 'read', 'open /x'), own);
});
