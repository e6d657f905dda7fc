import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onDisk } from './errno.js';

/*
 * What a replica's files were when they were written: one file a shard, in the form of `md5sum`, so that `md5sum -c` in the
 * shard's directory checks it. Its last line is the MD5 of the lines above: a damaged one says nothing, instead of something
 * that is not so.
 */

/** A file and the MD5 that it was written with. */
export interface WrittenFile {
  readonly name: string;
  readonly checksum: string;
}

const LINE = /^([0-9a-f]{32}) {2}([^/]+)$/;
const SEAL = /^#([0-9a-f]{32})\n$/;
const SEAL_BYTES = 34;

export const writtenPath = (metaDirectory: string, shardId: number): string =>
  path.join(metaDirectory, `${shardId}.md5`);

/** The shard that a file of this name in a node's `meta` is of; undefined if it is of none. */
export const shardOfWritten = (fileName: string): string | undefined => /^(\d+)\.md5$/.exec(fileName)?.[1];

/** Notes what a shard's files were written with. Throws DISK_FULL, FILE_SYSTEM. */
export function noteWritten(metaDirectory: string, shardId: number, files: readonly WrittenFile[]): void {
  const lines = files.map(({ name, checksum }) => `${checksum}  ${name}\n`).join('');
  const target = writtenPath(metaDirectory, shardId);
  onDisk(`writing ${target}`, () => {
    mkdirSync(metaDirectory, { recursive: true });
    writeFileSync(target, `${lines}#${md5Of(lines)}\n`);
  });
}

/** By the names of a shard's files; undefined where nothing is noted, or the note is damaged: then nothing is known. */
export function readWritten(metaDirectory: string, shardId: number): ReadonlyMap<string, string> | undefined {
  let text: string;
  try {
    text = readFileSync(writtenPath(metaDirectory, shardId), 'latin1');
  } catch {
    return undefined;
  }
  const lines = text.slice(0, -SEAL_BYTES);
  if (SEAL.exec(text.slice(-SEAL_BYTES))?.[1] !== md5Of(lines)) return undefined;
  const written = new Map<string, string>();
  for (const line of lines.split('\n').slice(0, -1)) {
    const [, checksum, name] = LINE.exec(line) ?? [];
    if (checksum === undefined || name === undefined) return undefined;
    written.set(name, checksum);
  }
  return written;
}

const md5Of = (text: string): string => createHash('md5').update(text, 'latin1').digest('hex');
