import { DrillError } from '../base/errors.js';
import { readDocument } from './documents.js';
import { metaPath, parsePath, snapshotDirectory, type ParsedPath } from './layout.js';
import { checkConsistent, decodeInfo, decodeMeta } from './manifest.js';
import type { SnapshotInfo, SnapshotMeta } from './manifest-types.js';
import type { Md5 } from './md5.js';
import { checkIdentity } from './snapshots.js';
import { byCodeUnits } from './storage/path.js';
import type { Storage } from './storage/storage.js';
import { objectsIn, type StoredObject } from './stored-objects.js';
import type { Problem, VerifiedSnapshot } from './verify-report.js';

/** An object that has the right name and size; whether it has the right bytes is known when it was read. */
export interface ExpectedFile extends Pick<StoredObject, 'sizeBytes' | 'checksum' | 'files'> {
  readonly path: string;
}

export interface SnapshotSurvey {
  readonly snapshot: VerifiedSnapshot;
  readonly problems: readonly Problem[];
  readonly toRead: readonly ExpectedFile[];
}

type Found<Kind extends ParsedPath['kind']> = Extract<ParsedPath, { kind: Kind }> & { readonly path: string };

/** A snapshot's files by what they are. */
interface Inventory {
  readonly metas: Found<'meta'>[];
  readonly infos: Found<'info'>[];
  readonly strays: Problem[];
  /** Sizes by path. */
  readonly shardFiles: Map<string, number>;
}

/** Checks a snapshot as far as names, sizes and its documents tell. */
export async function surveySnapshot(
  storage: Storage,
  repository: string,
  label: string,
  md5: Md5,
): Promise<SnapshotSurvey> {
  const directory = snapshotDirectory(repository, label);
  const inventory = await takeInventory(storage, directory);
  if (inventory.infos.length === 0) return unfinished(repository, label, directory);
  const problems = inventory.strays;
  const meta = await readOnlyMeta(storage, metaPath(repository, label), inventory.metas, problems, md5);
  const infos = await readInfos(storage, inventory.infos, meta, problems, md5);
  const toRead: ExpectedFile[] = [];
  let files = 0;
  let bytes = 0;
  for (const [path, file] of expectedFiles(infos)) {
    files += file.files.length;
    bytes += file.sizeBytes;
    const listedBytes = inventory.shardFiles.get(path);
    inventory.shardFiles.delete(path);
    // A listing may be older than what has happened since: nothing is called damaged that was not looked at itself.
    const sizeBytes = listedBytes === file.sizeBytes ? listedBytes : await sizeNow(storage, path);
    if (sizeBytes === file.sizeBytes) toRead.push(file);
    else problems.push(wrongSize(file, sizeBytes));
  }
  // What an unreadable manifest names is not known, so nothing can be called superfluous beside it.
  if (infos.length === inventory.infos.length) {
    for (const path of inventory.shardFiles.keys()) {
      problems.push({ kind: 'extra', path, message: 'no manifest names this file' });
    }
  }
  const timestamps = infos.map((info) => info.backupTime).sort(byCodeUnits);
  return { snapshot: { repository, label, timestamps, files, bytes }, problems, toRead };
}

async function takeInventory(storage: Storage, directory: string): Promise<Inventory> {
  const inventory: Inventory = { metas: [], infos: [], strays: [], shardFiles: new Map() };
  for (const { path, sizeBytes } of await storage.list(directory)) {
    const parsed = parsePath(path);
    if (parsed.kind === 'shard-file') inventory.shardFiles.set(path, sizeBytes);
    else if (parsed.kind === 'meta') inventory.metas.push({ ...parsed, path });
    else if (parsed.kind === 'info') inventory.infos.push({ ...parsed, path });
    else if (parsed.kind === 'part') {
      const message = 'a file that was being written when its writer stopped';
      inventory.strays.push({ kind: 'extra', path, message });
    } else {
      inventory.strays.push({
        kind: 'foreign',
        path,
        message: 'nothing of a snapshot has this name in this place',
      });
    }
  }
  return inventory;
}

function unfinished(repository: string, label: string, path: string): SnapshotSurvey {
  const message =
    'the snapshot has no __info: its backup still runs, or was cancelled or lost before its end';
  return {
    snapshot: { repository, label, timestamps: [], files: 0, bytes: 0 },
    problems: [{ kind: 'unfinished', path, message }],
    toRead: [],
  };
}

async function readOnlyMeta(
  storage: Storage,
  path: string,
  metas: readonly Found<'meta'>[],
  problems: Problem[],
  md5: Md5,
): Promise<SnapshotMeta | undefined> {
  const [only, ...others] = metas;
  if (!only) {
    problems.push({ kind: 'missing', path, message: 'the snapshot has no __meta' });
    return undefined;
  }
  if (others.length > 0) {
    problems.push({
      kind: 'manifest',
      path,
      message: `there are ${metas.length} __meta, and only one can be right`,
    });
    return undefined;
  }
  return readChecked(only.path, problems, async () =>
    decodeMeta(await readDocument(storage, only.path, md5), only.path),
  );
}

/** The documents that are whole, fit their place, and are the only one of their time. */
async function readInfos(
  storage: Storage,
  found: readonly Found<'info'>[],
  meta: SnapshotMeta | undefined,
  problems: Problem[],
  md5: Md5,
): Promise<SnapshotInfo[]> {
  const infos: SnapshotInfo[] = [];
  const ofTime = new Map<string, number>();
  for (const { timestamp } of found) ofTime.set(timestamp, (ofTime.get(timestamp) ?? 0) + 1);
  for (const { path, timestamp } of found) {
    if (ofTime.get(timestamp)! > 1) {
      problems.push({ kind: 'manifest', path, message: 'there is another __info of the same time' });
      continue;
    }
    const info = await readChecked(path, problems, async () => {
      const decoded = decodeInfo(await readDocument(storage, path, md5), path);
      checkIdentity(decoded, path);
      return decoded;
    });
    if (!info) continue;
    infos.push(info);
    // Its files can be checked, also where its tables do not fit.
    if (meta) await readChecked(path, problems, () => checkConsistent(meta, info, path));
  }
  return infos;
}

/** What `read` gives; where it fails, undefined and a problem. */
async function readChecked<T>(
  path: string,
  problems: Problem[],
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    problems.push(damagedDocument(path, error));
    return undefined;
  }
}

/** A document that could not be read. The path stands beside the message, so it need not begin with it. */
export function damagedDocument(path: string, { message }: DrillError): Problem {
  const reason = message.startsWith(path) ? message.slice(path.length).replace(/^:? /, '') : message;
  return { kind: 'manifest', path, message: reason };
}

/** By path: snapshots of one label share the files that did not change between them. */
function expectedFiles(infos: readonly SnapshotInfo[]): Map<string, ExpectedFile> {
  const expected = new Map<string, ExpectedFile>();
  for (const info of infos) for (const file of objectsIn(info)) expected.set(file.path, file);
  return expected;
}

/** Of a file that cannot be looked at, undefined: it is not where it should be. */
async function sizeNow(storage: Storage, path: string): Promise<number | undefined> {
  try {
    return await storage.sizeOf(path);
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    return undefined;
  }
}

function wrongSize({ path, sizeBytes }: ExpectedFile, actual: number | undefined): Problem {
  if (actual === undefined)
    return { kind: 'missing', path, message: 'its manifest names it, and it is not there' };
  return { kind: 'corrupt', path, message: `it has ${actual} bytes, and its manifest says ${sizeBytes}` };
}
