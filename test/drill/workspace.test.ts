import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { closeDurableWorkspace, durableWorkspace, openDurableWorkspace } from '../../src/drill/workspace.js';

function workspaceFor(t: ExecutionContext): ReturnType<typeof durableWorkspace> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-workspace-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return durableWorkspace(directory);
}

const IN_USE = { code: 'USAGE', message: /another drill \(process \d+\) is at work/ };

test('a workspace is one process’s until that gives it back', (t) => {
  const workspace = workspaceFor(t);
  openDurableWorkspace(workspace);
  t.throws(() => openDurableWorkspace(workspace), IN_USE);
  closeDurableWorkspace(workspace);
  t.false(existsSync(workspace.lock));
  t.notThrows(() => openDurableWorkspace(workspace));
});

test('a lock whose writer said no more than its number is respected while a process has that', (t) => {
  const workspace = workspaceFor(t);
  openDurableWorkspace(workspace);
  writeFileSync(workspace.lock, String(process.pid));
  t.throws(() => openDurableWorkspace(workspace), IN_USE);
  writeFileSync(workspace.lock, '');
  t.notThrows(() => openDurableWorkspace(workspace));
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a killed drill whose number another process has by now, as in a container, blocks nobody', (t) => {
  const workspace = workspaceFor(t);
  openDurableWorkspace(workspace);
  const ours = readFileSync(workspace.lock, 'utf8');
  t.regex(ours, /^\d+ \S/);
  // The same number, and another start.
  writeFileSync(workspace.lock, `${ours}1`);
  t.notThrows(() => openDurableWorkspace(workspace));
});
