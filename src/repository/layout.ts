import { invariant } from '../base/errors.js';
import { checkedLabel, checkedRepositoryName, isFileName, isLabel, isRepositoryName } from './names.js';
import { parseTimestamp } from './timestamp.js';

/*
 * Every path of a repository, and back. A document's or file's path here is without its checksum: `withChecksum` adds it,
 * `partPath` makes the name it has while it is written.
 */

export const REPOSITORY_PREFIX = '__palo_repository_';
export const SNAPSHOT_PREFIX = '__ss_';
const REPO_INFO = '__repo_info';
const META = '__meta';
const INFO_PREFIX = '__info_';
const CONTENT = '__ss_content';
const BUNDLE_PREFIX = '__bundle_';
const PART_SUFFIX = '.part';
/** After something: a name that is nothing but this is a name. */
const PART_WRITER = /(?<=[^/])\.\d+-\d+-\d+-\d+$/;
const CHECKSUM = /^[0-9a-f]{32}$/;
const STORED_NAME = /^(.+)\.([0-9a-f]{32})$/s;
const SHARD_PATH = /^__ss_content\/__db_(\d+)\/__tbl_(\d+)\/__part_(\d+)\/__idx_(\d+)\/__(\d+)\/([^/]+)$/;

/** Where a shard belongs, in ids of the cluster that was backed up. */
export interface ShardPlace {
  readonly databaseId: number;
  readonly tableId: number;
  readonly partitionId: number;
  readonly indexId: number;
  readonly shardId: number;
}

export function repositoryRoot(repository: string): string {
  return REPOSITORY_PREFIX + checkedRepositoryName(repository);
}

export function repoInfoPath(repository: string): string {
  return `${repositoryRoot(repository)}/${REPO_INFO}`;
}

/** Everything of one snapshot. */
export function snapshotDirectory(repository: string, label: string): string {
  return `${repositoryRoot(repository)}/${SNAPSHOT_PREFIX}${checkedLabel(label)}`;
}

export function metaPath(repository: string, label: string): string {
  return `${snapshotDirectory(repository, label)}/${META}`;
}

/** `timestamp`: see `formatTimestamp`. */
export function infoPath(repository: string, label: string, timestamp: string): string {
  invariant(parseTimestamp(timestamp) !== undefined, `${timestamp} is no timestamp`);
  return `${snapshotDirectory(repository, label)}/${INFO_PREFIX}${timestamp}`;
}

/** The files of all shards of one snapshot. */
export function contentDirectory(repository: string, label: string): string {
  return `${snapshotDirectory(repository, label)}/${CONTENT}`;
}

export function shardDirectory(repository: string, label: string, place: ShardPlace): string {
  const { databaseId, tableId, partitionId, indexId, shardId } = place;
  const ids = `__db_${databaseId}/__tbl_${tableId}/__part_${partitionId}/__idx_${indexId}/__${shardId}`;
  return `${contentDirectory(repository, label)}/${ids}`;
}

/** The name of the bundle that begins with a shard's file of this ordinal. */
export const bundleName = (firstFile: number): string => BUNDLE_PREFIX + firstFile;

/** Whether only bundles have such names. */
export const isBundleName = (name: string): boolean => name.startsWith(BUNDLE_PREFIX);

/** The name or path of a whole file: its own, a dot, and the MD5 of its bytes. */
export function withChecksum(name: string, md5: string): string {
  invariant(isChecksum(md5), `${md5} is no MD5 in hex`);
  return `${name}.${md5}`;
}

/** The inverse of `withChecksum`; undefined if no checksum ends the name. Takes names and whole paths. */
export function splitChecksum(name: string): { name: string; checksum: string } | undefined {
  const match = STORED_NAME.exec(name);
  return match && !match[1]!.endsWith('/') ? { name: match[1]!, checksum: match[2]! } : undefined;
}

/** Who writes a file, where somebody else may be writing the same one. */
export interface PartWriter {
  readonly node: number;
  /** Of the coordinator that sent the task. */
  readonly generation: number;
  readonly taskId: number;
  readonly attempt: number;
}

/**
 * The name or path of a file while it is written, on storages that rename. `writer`: for all but the first to write it, so that
 * a late writer and the one that took its place do not write into one file.
 */
export function partPath(name: string, writer?: PartWriter): string {
  if (!writer) return name + PART_SUFFIX;
  const { node, generation, taskId, attempt } = writer;
  return `${name}.${node}-${generation}-${taskId}-${attempt}${PART_SUFFIX}`;
}

/** What `partPath` made a name or path of, whoever the writer was; undefined if it made none. */
export function splitPart(name: string): string | undefined {
  if (!name.endsWith(PART_SUFFIX)) return undefined;
  return name.slice(0, -PART_SUFFIX.length).replace(PART_WRITER, '');
}

export const isChecksum = (text: string): boolean => CHECKSUM.test(text);

/** What a path below the root of a storage is. */
export type ParsedPath =
  | { readonly kind: 'repo-info'; readonly repository: string }
  | { readonly kind: 'meta'; readonly repository: string; readonly label: string; readonly checksum: string }
  | {
      readonly kind: 'info';
      readonly repository: string;
      readonly label: string;
      readonly timestamp: string;
      readonly checksum: string;
    }
  | {
      readonly kind: 'shard-file';
      readonly repository: string;
      readonly label: string;
      readonly place: ShardPlace;
      readonly name: string;
      readonly checksum: string;
    }
  /** A file that was being written when its writer stopped. `name` is what it would have been, without checksum. */
  | {
      readonly kind: 'part';
      readonly repository: string;
      readonly label: string | undefined;
      readonly name: string;
    }
  /** No file of a repository, though it may lie in one. */
  | { readonly kind: 'foreign' };

const FOREIGN: ParsedPath = { kind: 'foreign' };

/** Says what a path is. Exact: a path that is not foreign is one that the functions above make. */
export function parsePath(path: string): ParsedPath {
  const [root, second] = path.split('/', 2);
  const repository = afterPrefix(root ?? '', REPOSITORY_PREFIX);
  if (repository === undefined || second === undefined || !isRepositoryName(repository)) return FOREIGN;
  const below = path.slice(root!.length + 1);
  if (below === REPO_INFO) return { kind: 'repo-info', repository };
  if (below === partPath(REPO_INFO)) return { kind: 'part', repository, label: undefined, name: REPO_INFO };
  const label = afterPrefix(second, SNAPSHOT_PREFIX);
  if (label === undefined || !isLabel(label)) return FOREIGN;
  const inSnapshot = below.slice(second.length + 1);
  const shardFile = SHARD_PATH.exec(inSnapshot);
  return shardFile
    ? parseShardFile(repository, label, shardFile)
    : parseDocument(repository, label, inSnapshot);
}

function parseDocument(repository: string, label: string, fileName: string): ParsedPath {
  const part = splitPart(fileName);
  const stored = splitChecksum(fileName);
  const name = part ?? stored?.name;
  if (name === undefined) return FOREIGN;
  const timestamp = afterPrefix(name, INFO_PREFIX);
  const isInfo = timestamp !== undefined && parseTimestamp(timestamp) !== undefined;
  if (name !== META && !isInfo) return FOREIGN;
  if (part !== undefined) return { kind: 'part', repository, label, name };
  const { checksum } = stored!;
  return isInfo
    ? { kind: 'info', repository, label, timestamp, checksum }
    : { kind: 'meta', repository, label, checksum };
}

function parseShardFile(repository: string, label: string, match: RegExpExecArray): ParsedPath {
  const ids = match.slice(1, 6).map(parseId);
  const [databaseId, tableId, partitionId, indexId, shardId] = ids as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (ids.includes(undefined)) return FOREIGN;
  const fileName = match[6]!;
  const part = splitPart(fileName);
  if (part !== undefined) return isFileName(part) ? { kind: 'part', repository, label, name: part } : FOREIGN;
  const stored = splitChecksum(fileName);
  if (!stored || !isFileName(stored.name)) return FOREIGN;
  const place = { databaseId, tableId, partitionId, indexId, shardId };
  return { kind: 'shard-file', repository, label, place, ...stored };
}

/** A decimal number as this layout writes it: no leading zeros, exact as a double. */
function parseId(text: string): number | undefined {
  const id = Number(text);
  return Number.isSafeInteger(id) && String(id) === text ? id : undefined;
}

function afterPrefix(text: string, prefix: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/**
 * Splits a path that a person gave for a repository: they may mean its location, or its own directory in there.
 */
export function locateRepository(path: string): { location: string; repository: string | undefined } {
  const trimmed = path.replace(/(?<=.)\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  const repository = afterPrefix(trimmed.slice(slash + 1), REPOSITORY_PREFIX);
  if (repository === undefined || !isRepositoryName(repository))
    return { location: trimmed, repository: undefined };
  const location = slash < 0 ? '.' : slash === 0 ? '/' : trimmed.slice(0, slash);
  return { location, repository };
}
