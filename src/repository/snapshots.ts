import { DrillError } from '../base/errors.js';
import { listOf, nearest, plural } from '../base/text.js';
import { findDocument, readDocument } from './documents.js';
import {
  infoPath,
  metaPath,
  parsePath,
  repositoryRoot,
  SNAPSHOT_PREFIX,
  snapshotDirectory,
} from './layout.js';
import { checkConsistent, decodeInfo, decodeMeta } from './manifest.js';
import type { SnapshotInfo, SnapshotMeta } from './manifest-types.js';
import type { Md5 } from './md5.js';
import { checkedLabel, isLabel } from './names.js';
import { byCodeUnits } from './storage/path.js';
import type { Storage } from './storage/storage.js';
import { objectsIn } from './stored-objects.js';

export interface SnapshotListing {
  readonly label: string;
  /** Of its `__info` documents, in ascending order; none if the backup did not finish. */
  readonly timestamps: readonly string[];
  /** Why it cannot be restored as it is. Found without reading any file. */
  readonly problem?: string;
}

export interface Snapshot {
  readonly info: SnapshotInfo;
  readonly meta: SnapshotMeta;
}

/** What a repository holds under its labels, sorted by label; empty if the repository is not there. Reads no files. */
export async function listSnapshots(storage: Storage, repository: string): Promise<SnapshotListing[]> {
  const listings: SnapshotListing[] = [];
  for (const name of await storage.listNames(repositoryRoot(repository))) {
    const label = name.startsWith(SNAPSHOT_PREFIX) ? name.slice(SNAPSHOT_PREFIX.length) : '';
    if (isLabel(label)) listings.push(await listSnapshot(storage, repository, label));
  }
  return listings.sort((a, b) => byCodeUnits(a.label, b.label));
}

async function listSnapshot(storage: Storage, repository: string, label: string): Promise<SnapshotListing> {
  let inspection: LabelInspection;
  try {
    inspection = await inspectLabel(storage, repository, label);
  } catch (error) {
    // One label that is, say, a link hides none of the others.
    if (!(error instanceof DrillError) || error.code !== 'STORAGE_PATH') throw error;
    return { label, timestamps: [], problem: error.message };
  }
  const { timestamps, metas, infos } = inspection;
  const problem =
    infos === 0
      ? 'unfinished: it has no __info'
      : infos > timestamps.length
        ? 'it has several __info documents of one time'
        : metas !== 1
          ? `it has ${metas === 0 ? 'no' : 'several'} __meta`
          : undefined;
  return { label, timestamps, ...(problem === undefined ? {} : { problem }) };
}

export interface LabelInspection {
  /** Of the snapshots that users see under the label, in ascending order. */
  readonly timestamps: readonly string[];
  /** Whether there is anything under it at all. */
  readonly hasFiles: boolean;
  /** How many `__meta` and `__info` documents there are: interrupted writers may leave several of one. */
  readonly metas: number;
  readonly infos: number;
}

/** What is there under a label, told from names alone. */
export async function inspectLabel(
  storage: Storage,
  repository: string,
  label: string,
): Promise<LabelInspection> {
  const directory = snapshotDirectory(repository, label);
  const names = await storage.listNames(directory);
  const paths = names.map((name) => parsePath(`${directory}/${name}`));
  const infos = paths.filter((path) => path.kind === 'info');
  return {
    timestamps: [...new Set(infos.map((info) => info.timestamp))].sort(byCodeUnits),
    hasFiles: names.length > 0,
    metas: paths.filter((path) => path.kind === 'meta').length,
    infos: infos.length,
  };
}

/**
 * Reads and checks both documents of a snapshot. Without a timestamp, there must be one only.
 * Throws SNAPSHOT_UNKNOWN, REPOSITORY_CORRUPT, REPOSITORY_FORMAT, CHECKSUM_MISMATCH.
 */
export async function readSnapshot(
  storage: Storage,
  repository: string,
  label: string,
  timestamp: string | undefined,
  md5: Md5,
): Promise<Snapshot> {
  checkedLabel(label);
  const { timestamps } = await inspectLabel(storage, repository, label);
  if (timestamps.length === 0) throw await unknownLabel(storage, repository, label);
  const chosen = chooseTimestamp(repository, label, timestamps, timestamp);
  const path = await onlyDocument(storage, infoPath(repository, label, chosen));
  const info = decodeInfo(await readDocument(storage, path, md5), path);
  checkIdentity(info, path);
  const meta = await readMeta(storage, repository, label, md5);
  checkConsistent(meta, info, path);
  return { info, meta };
}

/** Reads and checks the schema of a snapshot. */
export async function readMeta(
  storage: Storage,
  repository: string,
  label: string,
  md5: Md5,
): Promise<SnapshotMeta> {
  const path = await onlyDocument(storage, metaPath(repository, label));
  return decodeMeta(await readDocument(storage, path, md5), path);
}

/** Throws REPOSITORY_CORRUPT if an `__info` is not that of the place where it lies. `path`: its full path. */
export function checkIdentity(info: SnapshotInfo, path: string): void {
  const place = parsePath(path);
  if (place.kind !== 'info') throw new DrillError('INTERNAL', `${path} is no __info`);
  const { repository, label, timestamp } = place;
  if (info.repository === repository && info.label === label && info.backupTime === timestamp) return;
  const says = `snapshot ${info.label} of repository ${info.repository} at ${info.backupTime}`;
  throw new DrillError('REPOSITORY_CORRUPT', `${path} is not in its place: it says that it is of ${says}`, {
    hint: 'the snapshot or the repository was renamed or copied by hand: give it back the name that it had',
  });
}

/**
 * Removes everything under a label but the files that `info` names: what earlier tries left there. For use before the
 * snapshot's documents are written, since it takes away documents too. Returns how many files, and uploads that were never
 * completed, it removed. Throws REPOSITORY_CORRUPT, and removes nothing, where one of the named files is missing.
 */
export async function pruneSnapshot(storage: Storage, info: SnapshotInfo): Promise<number> {
  const directory = snapshotDirectory(info.repository, info.label);
  const found = new Set<string>();
  for (const { path } of await storage.list(directory)) found.add(path);
  const missing: string[] = [];
  for (const { path, sizeBytes } of objectsIn(info)) {
    // A listing may be older than the file.
    if (!found.delete(path) && (await storage.sizeOf(path)) !== sizeBytes) missing.push(path);
  }
  if (missing.length > 0) throw lacksFiles(info, missing);
  for (const path of found) await storage.remove(path);
  return found.size + (await storage.removeUnfinished(directory));
}

/** What was uploaded once may be gone: the repository was damaged since, or is looked for at another place. */
function lacksFiles({ repository, label }: SnapshotInfo, missing: readonly string[]): DrillError {
  const what = `${plural(missing.length, 'file')} of snapshot ${label}, which had been uploaded`;
  return new DrillError(
    'REPOSITORY_CORRUPT',
    `repository ${repository} lacks ${what}: ${listOf(missing, 'and', 1)}`,
    {
      hint: 'see that the repository is where it was and whole, or CANCEL BACKUP and begin anew',
    },
  );
}

/**
 * Removes a snapshot, or what an unfinished backup left under its label. The `__info` goes first: from then on nobody sees
 * the snapshot, so that one half removed is never restored. Returns how many files it removed.
 */
export async function dropSnapshot(storage: Storage, repository: string, label: string): Promise<number> {
  const directory = snapshotDirectory(repository, label);
  const files = await storage.list(directory);
  for (const { path } of files) if (parsePath(path).kind === 'info') await storage.remove(path);
  await storage.removeUnfinished(directory);
  await storage.removeTree(directory);
  return files.length;
}

function chooseTimestamp(
  repository: string,
  label: string,
  timestamps: readonly string[],
  wanted: string | undefined,
): string {
  if (wanted !== undefined && timestamps.includes(wanted)) return wanted;
  if (wanted === undefined && timestamps.length === 1) return timestamps[0]!;
  const message =
    wanted === undefined
      ? `repository ${repository} holds several snapshots ${label}, and no time was named`
      : `repository ${repository} holds no snapshot ${label} of ${wanted}`;
  const meant = wanted === undefined ? undefined : nearest(wanted, timestamps);
  throw new DrillError('SNAPSHOT_UNKNOWN', message, {
    hint: `there is ${listOf(timestamps, 'and')}${meant && timestamps.length > 1 ? `; did you mean ${meant}?` : ''}`,
  });
}

async function unknownLabel(storage: Storage, repository: string, label: string): Promise<DrillError> {
  const listings = await listSnapshots(storage, repository);
  const finished = listings
    .filter((listing) => listing.timestamps.length > 0)
    .map((listing) => listing.label);
  if (listings.some((listing) => listing.label === label)) {
    return new DrillError(
      'SNAPSHOT_UNKNOWN',
      `snapshot ${label} in repository ${repository} is unfinished: no __info`,
      {
        hint: 'its backup still runs, or was cancelled or lost before its end',
      },
    );
  }
  const meant = nearest(label, finished);
  const there = finished.length === 0 ? 'it holds none' : `it holds ${listOf(finished, 'and')}`;
  return new DrillError('SNAPSHOT_UNKNOWN', `there is no snapshot ${label} in repository ${repository}`, {
    hint: meant ? `${there}; did you mean ${meant}?` : there,
  });
}

async function onlyDocument(storage: Storage, path: string): Promise<string> {
  const [first, ...others] = await findDocument(storage, path);
  if (first !== undefined && others.length === 0) return first;
  const problem =
    first === undefined
      ? 'is missing'
      : `is there ${others.length + 1} times: ${listOf([first, ...others], 'and', 2)}`;
  throw new DrillError('REPOSITORY_CORRUPT', `${path} ${problem}`, {
    hint: 'run drill verify on the repository: it names everything that is missing or too much',
  });
}
