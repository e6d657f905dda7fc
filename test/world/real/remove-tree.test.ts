import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { removeTree } from '../../../src/world/real/remove-tree.js';

test('a tree is removed with its links, and not what they lead to', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'remove-tree-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const kept = path.join(root, 'kept');
  const tree = path.join(root, 'tree');
  for (const directory of [kept, path.join(tree, 'a/b'), path.join(tree, 'empty')])
    mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(kept, 'file'), 'kept');
  linkSync(path.join(kept, 'file'), path.join(tree, 'a/b/hard'));
  symlinkSync(kept, path.join(tree, 'a/directory'));
  symlinkSync(path.join(root, 'nowhere'), path.join(tree, 'broken'));
  removeTree(tree);
  t.false(existsSync(tree));
  t.is(readFileSync(path.join(kept, 'file'), 'utf8'), 'kept');
  t.notThrows(() => removeTree(tree));
});

test('what stands where a tree should be is removed as well', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'remove-tree-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const file = path.join(root, 'file');
  writeFileSync(file, '');
  removeTree(file);
  t.false(existsSync(file));
});

test('of a link to a directory the link is removed, and nothing of the directory', (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'remove-tree-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const kept = path.join(root, 'kept');
  mkdirSync(kept);
  writeFileSync(path.join(kept, 'file'), 'kept');
  const link = path.join(root, 'link');
  symlinkSync(kept, link);
  removeTree(link);
  t.false(existsSync(link));
  t.is(readFileSync(path.join(kept, 'file'), 'utf8'), 'kept');
});
