import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { onDisk } from '../world/real/errno.js';
import { isAlive, thisProcess, type ProcessIdentity } from '../world/real/process-identity.js';
import { emptyFiles } from './empty-files.js';
import { rehearsalDirectory } from '../world/real/paths.js';
import { removeTree } from '../world/real/remove-tree.js';

/** Where a drill puts things. Data sets are kept from run to run; everything of one run is under one directory. */
export interface Workspace {
  /** Data sets, by digest. */
  readonly data: string;
  /** Of this scenario and variant, emptied when a run begins. */
  readonly run: string;
  readonly cluster: string;
  readonly restoredCluster: string;
  /** The location of the drill's own repository; it stays after the run, to be looked at. */
  readonly repository: string;
  /** Says that this process uses `run`. */
  readonly lock: string;
  /** What must outlive this process: journals of the coordinators, beside the clusters. Without it, a run begins anew. */
  readonly journals?: { readonly cluster: string; readonly restored: string };
}

/** Lies in every directory that a drill made for a run: nothing without it is ever removed. */
const MARKER = '.backup-drill';

/** Names of data sets, finished or not. */
const DATASET = /^[0-9a-f]{16}(\.\d+\.unfinished)?$/;

/** Where the things of one run are to be. Touches nothing. */
export function workspaceFor(workDirectory: string, scenarioName: string, variantName: string): Workspace {
  const run = path.join(workDirectory, 'runs', safeName(scenarioName), safeName(variantName || 'run'));
  return {
    data: path.join(workDirectory, 'data'),
    run,
    cluster: path.join(run, 'cluster'),
    restoredCluster: path.join(run, 'restored'),
    repository: path.join(run, 'repository'),
    lock: `${run}.lock`,
  };
}

/** The same for one scenario, in a directory where an earlier process may have been interrupted. Touches nothing. */
export function durableWorkspace(directory: string): Workspace {
  const journal = path.join(directory, 'journal');
  return {
    data: path.join(directory, 'data'),
    run: directory,
    cluster: path.join(directory, 'cluster'),
    restoredCluster: path.join(directory, 'restored'),
    repository: path.join(directory, 'repository'),
    lock: path.join(directory, 'drill.lock'),
    journals: { cluster: path.join(journal, 'cluster'), restored: path.join(journal, 'restored') },
  };
}

/** Takes a durable workspace for this process, making it if need be; removes nothing. Throws USAGE as `openWorkspace`. */
export function openDurableWorkspace({ run, lock }: Workspace): void {
  onDisk(`preparing ${run}`, () => {
    mkdirSync(run, { recursive: true });
    if (!isOurs(run) && readdirSync(run).length > 0) throw notOurs(run, '--data-dir');
    writeFileSync(path.join(run, MARKER), '');
    takeLock(lock, run);
  });
}

/** Gives a workspace back as it is. */
export function leaveWorkspace({ lock }: Workspace): void {
  rmSync(lock, { force: true });
}

/**
 * Takes a workspace for this process and removes what the last run of the same scenario and variant left there. Throws
 * USAGE if another drill is at work there, or if the directory is not one that a drill made.
 */
export function openWorkspace({ run, lock }: Workspace): void {
  onDisk(`preparing ${run}`, () => {
    mkdirSync(path.dirname(run), { recursive: true });
    takeLock(lock, run);
    try {
      if (existsSync(run) && !isOurs(run)) throw notOurs(run);
      setAside(run);
      mkdirSync(run);
      writeFileSync(path.join(run, MARKER), '');
    } catch (error) {
      rmSync(lock, { force: true });
      throw error;
    }
  });
}

/** The last run of the same name, whose files would slow this one's down were they removed now: see `emptyFiles`. */
const setAsideOf = (run: string): string => `${run}~`;

function setAside(run: string): void {
  // Only a drill that was killed leaves one.
  removeTree(setAsideOf(run));
  if (!existsSync(run)) return;
  emptyFiles(run);
  renameSync(run, setAsideOf(run));
}

/** Gives back the space of the restored cluster, which is of no use any more, while other runs are still to come. */
export function shrinkWorkspace({ restoredCluster }: Workspace): void {
  if (existsSync(restoredCluster)) emptyFiles(restoredCluster);
}

/** Removes the clusters and the run before this one, and gives the workspace back. */
export function closeWorkspace({ run, cluster, restoredCluster, lock }: Workspace): void {
  for (const directory of [setAsideOf(run), cluster, rehearsalDirectory(cluster), restoredCluster])
    removeTree(directory);
  rmSync(lock, { force: true });
}

/**
 * Puts the runs in a work directory away, which is to be removed as a whole once nothing is measured any more: removing
 * them now would slow the next run down, see `emptyFiles`.
 */
export function setRunsAside(workDirectory: string): void {
  const runs = path.join(workDirectory, 'runs');
  if (!existsSync(runs)) return;
  emptyFiles(runs);
  const over = path.join(workDirectory, 'over');
  mkdirSync(over, { recursive: true });
  renameSync(runs, path.join(over, String(readdirSync(over).length)));
}

/** Removes all that drills have left in a work directory, and nothing else. Returns what was removed. */
export function cleanWorkDirectory(workDirectory: string): string[] {
  const removed: string[] = [];
  const remove = (target: string): void => {
    rmSync(target, { recursive: true });
    removed.push(target);
  };
  onDisk(`cleaning ${workDirectory}`, () => {
    const data = path.join(workDirectory, 'data');
    for (const name of namesIn(data)) if (DATASET.test(name)) remove(path.join(data, name));
    const runs = path.join(workDirectory, 'runs');
    for (const scenario of namesIn(runs).map((name) => path.join(runs, name))) {
      for (const run of namesIn(scenario).map((name) => path.join(scenario, name)))
        if (isOurs(run)) remove(run);
      dropIfEmpty(scenario);
    }
    for (const directory of [data, runs]) dropIfEmpty(directory);
  });
  return removed;
}

/**
 * Removes a durable data directory with its cluster, its journal and its repository. Throws USAGE if no drill made it, or if
 * one is at work there. Returns what was removed.
 */
export function cleanDataDirectory(directory: string): string[] {
  if (!existsSync(directory)) return [];
  if (!isOurs(directory)) throw notOurs(directory, '--data-dir');
  onDisk(`cleaning ${directory}`, () => {
    takeLock(durableWorkspace(directory).lock, directory);
    rmSync(directory, { recursive: true });
  });
  return [directory];
}

function takeLock(lock: string, run: string): void {
  try {
    const fd = openSync(lock, 'wx');
    const { pid, startedAt = '' } = thisProcess();
    writeSync(fd, `${pid} ${startedAt}`);
    closeSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = holderOf(readFileSync(lock, 'utf8'));
    if (isAlive(holder)) {
      throw new DrillError('USAGE', `another drill (process ${holder.pid}) is at work in ${run}`, {
        hint: 'wait for it to end, or give this one a --work-dir or --data-dir of its own',
      });
    }
    // Its process died without taking the lock along.
    rmSync(lock, { force: true });
    takeLock(lock, run);
  }
}

function holderOf(text: string): ProcessIdentity {
  const [, pid = '', startedAt] = /^(\d+) ?(.*)/.exec(text) ?? [];
  return { pid: Number(pid), startedAt: startedAt || undefined };
}

const isOurs = (run: string): boolean => existsSync(path.join(run, MARKER));

function notOurs(run: string, option = '--work-dir'): DrillError {
  return new DrillError('USAGE', `${run} is there already, and no drill made it`, {
    hint: `move it away, or choose another ${option}`,
  });
}

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

function dropIfEmpty(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length === 0) rmdirSync(directory);
}

/** A name as a file name: harmless characters only, not too long, and another one for another name. */
function safeName(name: string): string {
  const safe = name
    .replaceAll(/[^\w.=-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 80);
  return safe === name || name.replaceAll(/ = /g, '_=_') === safe
    ? safe
    : `${safe}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
