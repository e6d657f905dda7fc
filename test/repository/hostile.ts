import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DrillError } from '../../src/base/errors.js';
import {
  dropSnapshot,
  infoPath,
  listSnapshots,
  metaPath,
  pruneSnapshot,
  readSnapshot,
  verifyRepository,
  type Snapshot,
  type Storage,
  type VerifyReport,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { cluster, plan } from '../coordinator/restore-sample.js';
import type { Sample } from './sample.js';
import { bytesOf, put } from './storage-helpers.js';

/** What is said of a repository must fit on a page, whatever is in it. */
const MOST_MESSAGE_CHARACTERS = 5000;

/** Things outside of a repository that must stay as they are. */
export interface Canaries {
  readonly directory: string;
  readonly secret: string;
  /** What changed; empty if nothing did. */
  readonly changes: () => string;
}

export const SECRET = 'nobody may read, change or remove this';

export function plantCanaries(directory: string): Canaries {
  mkdirSync(join(directory, 'tree/below'), { recursive: true });
  const secret = join(directory, 'secret');
  writeFileSync(secret, SECRET);
  writeFileSync(join(directory, 'tree/below/file'), SECRET);
  const state = (): string =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .toSorted()
      .map((name) => {
        const stats = statSync(join(directory, name));
        return `${name} ${stats.isFile() ? readFileSync(join(directory, name), 'utf8') : 'directory'} ${stats.mtimeMs}`;
      })
      .join('\n');
  const before = state();
  const changes = (): string => (state() === before ? '' : state());
  return { directory, secret, changes };
}

/** How each of the operations ended: `done`, or the code of the error. */
export interface Endings {
  readonly report: VerifyReport | undefined;
  readonly ended: Readonly<Record<string, string>>;
}

/**
 * Does with the snapshot whatever is done with one. Each must end well or with an error of the repository's, shortly told;
 * anything else is thrown.
 */
export async function doEverything(storage: Storage, { info }: Sample): Promise<Endings> {
  const { repository, label, backupTime } = info;
  const ended: Record<string, string> = {};
  const attempt = async <T>(what: string, run: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      const value = await run();
      ended[what] = 'done';
      return value;
    } catch (error) {
      if (!(error instanceof DrillError) || error.code === 'INTERNAL') throw error;
      if (error.format().length > MOST_MESSAGE_CHARACTERS)
        throw new Error(`${what}: a message of ${error.format().length} characters`, { cause: error });
      ended[what] = error.code;
      return undefined;
    }
  };
  const report = await attempt('verify', () => verifyRepository(storage, { md5: nodeMd5 }));
  for (const { message } of report?.problems ?? [])
    if (message.length > MOST_MESSAGE_CHARACTERS)
      throw new Error(`a problem of ${message.length} characters`);
  await attempt('list', () => listSnapshots(storage, repository));
  const read = await attempt('read', () => readSnapshot(storage, repository, label, undefined, nodeMd5));
  await attempt('read by time', () => readSnapshot(storage, repository, label, backupTime, nodeMd5));
  if (read) await attempt('restore', () => restorePlanned(read));
  await attempt('prune', () => pruneSnapshot(storage, info));
  await attempt('drop', () => dropSnapshot(storage, repository, label));
  return { report, ended };
}

/** As a RESTORE of the whole snapshot into an empty database of three nodes is planned. */
export const restorePlanned = (snapshot: Snapshot): unknown => plan(cluster('db', [], 3), snapshot);

const md5Of = (text: string): string => createHash('md5').update(text).digest('hex');

/** Puts documents into the place of a sample's, whatever they say, under names that have their checksums. */
export async function replaceDocuments(
  storage: Storage,
  { info, infoFile, metaFile }: Sample,
  texts: { readonly info?: string; readonly meta?: string },
): Promise<void> {
  const { repository, label, backupTime } = info;
  if (texts.info !== undefined) {
    await storage.remove(infoFile);
    const path = infoPath(repository, label, backupTime);
    await put(storage, `${path}.${md5Of(texts.info)}`, bytesOf(texts.info));
  }
  if (texts.meta === undefined) return;
  await storage.remove(metaFile);
  await put(storage, `${metaPath(repository, label)}.${md5Of(texts.meta)}`, bytesOf(texts.meta));
}
