import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Operation } from '../../node/index.js';
import { onDisk } from './errno.js';
import type { NodePaths } from './paths.js';
import { removeTree } from './remove-tree.js';
import { shardOfWritten, writtenPath } from './written.js';

/** Drops what a job holds on a node: its snapshots and staged files. */
export function dropJob({ snapshots, staging }: NodePaths, jobId: number): void {
  for (const directory of [snapshots, staging]) remove(path.join(directory, String(jobId)));
}

export function removeReplica({ data, meta }: NodePaths, shardId: number): void {
  remove(path.join(data, String(shardId)));
  remove(writtenPath(meta, shardId));
}

/** Removes everything on a node but the named jobs' snapshots and staged files and the named shards. */
export function sweep(
  { data, meta, snapshots, staging }: NodePaths,
  { keepJobs, keepShardIds }: Extract<Operation, { op: 'sweep' }>,
): void {
  const jobs = new Set(keepJobs.map(String));
  const shards = new Set(Array.from(keepShardIds, String));
  for (const directory of [snapshots, staging]) removeOthers(directory, jobs);
  removeOthers(data, shards);
  removeOthers(meta, shards, shardOfWritten);
}

/** `of`: whose something of this name is, if not its own. */
function removeOthers(
  directory: string,
  kept: ReadonlySet<string>,
  of: (name: string) => string | undefined = (name) => name,
): void {
  if (!existsSync(directory)) return;
  const names = onDisk(`listing ${directory}`, () => readdirSync(directory));
  for (const name of names) if (!kept.has(of(name) ?? '')) remove(path.join(directory, name));
}

function remove(target: string): void {
  onDisk(`removing ${target}`, () => removeTree(target));
}
