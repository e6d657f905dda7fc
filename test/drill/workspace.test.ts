import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  cleanWorkDirectory,
  leaveWorkspace,
  closeWorkspace,
  durableWorkspace,
  openDurableWorkspace,
  openWorkspace,
  workspaceFor as workspaceIn,
} from '../../src/drill/workspace.js';

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
  leaveWorkspace(workspace);
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

test('the run before gives its space back at once, and its files are removed when this one is over', (t) => {
  const { run: directory } = workspaceFor(t);
  const workspace = workspaceIn(directory, 'scenario', '');
  const write = (text: string): void => {
    mkdirSync(workspace.repository);
    writeFileSync(path.join(workspace.repository, 'file'), text);
  };
  openWorkspace(workspace);
  write('of the first run');
  closeWorkspace(workspace);
  openWorkspace(workspace);
  t.false(existsSync(workspace.repository));
  t.is(readFileSync(path.join(`${workspace.run}~`, 'repository', 'file'), 'utf8'), '');
  write('of the second run');
  closeWorkspace(workspace);
  t.deepEqual(readdirSync(path.dirname(workspace.run)), [path.basename(workspace.run)]);
  t.is(readFileSync(path.join(workspace.repository, 'file'), 'utf8'), 'of the second run');
});

test('what a killed drill left of the run before is in nobody’s way, and `clean` removes it', (t) => {
  const { run: directory } = workspaceFor(t);
  const workspace = workspaceIn(directory, 'scenario', '');
  openWorkspace(workspace);
  closeWorkspace(workspace);
  openWorkspace(workspace);
  // Killed here: its lock says so.
  writeFileSync(workspace.lock, '');
  t.notThrows(() => openWorkspace(workspace));
  t.deepEqual(cleanWorkDirectory(directory).sort(), [workspace.run, `${workspace.run}~`].sort());
});
