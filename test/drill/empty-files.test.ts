import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { emptyFiles } from '../../src/drill/empty-files.js';

function inDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-empty-'));
  try {
    use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('files are emptied at any depth, and their names and inodes stay', (t) => {
  inDirectory((directory) => {
    mkdirSync(path.join(directory, 'a', 'b'), { recursive: true });
    const files = ['top', 'a/one', 'a/b/two'].map((name) => path.join(directory, name));
    for (const file of files) writeFileSync(file, 'x'.repeat(10_000));
    const inodes = files.map((file) => statSync(file).ino);
    emptyFiles(directory);
    t.deepEqual(
      files.map((file) => statSync(file).size),
      [0, 0, 0],
    );
    t.deepEqual(
      files.map((file) => statSync(file).ino),
      inodes,
    );
  });
});

test('what has another name elsewhere keeps its content, and links are not followed', (t) => {
  inDirectory((directory) => {
    const outside = path.join(directory, 'outside');
    const run = path.join(directory, 'run');
    mkdirSync(run);
    mkdirSync(outside);
    for (const name of ['data', 'other']) writeFileSync(path.join(outside, name), 'precious');
    linkSync(path.join(outside, 'data'), path.join(run, 'hard'));
    symlinkSync(path.join(outside, 'other'), path.join(run, 'soft'));
    symlinkSync(outside, path.join(run, 'directory'));
    emptyFiles(run);
    t.deepEqual(readdirSync(run).sort(), ['directory', 'hard', 'soft']);
    for (const name of ['data', 'other']) t.is(readFileSync(path.join(outside, name), 'utf8'), 'precious');
  });
});
