import { DrillError } from '../base/errors.js';
import { partPath, repoInfoPath, splitChecksum, withChecksum } from './layout.js';
import { decodeRepoInfo, encodeRepoInfo } from './manifest.js';
import { MANIFEST_FORMAT_VERSION, type RepoInfo } from './manifest-types.js';
import { md5Hex, type Md5 } from './md5.js';
import { directoryOf, nameOf } from './storage/path.js';
import { giveUp } from './storage/give-up.js';
import type { Storage, StorageReader } from './storage/storage.js';

/** A checksum that bytes must have, and how to find theirs. */
export interface ExpectedMd5 {
  readonly md5: Md5;
  readonly hex: string;
}

/** The longest text that a JavaScript engine holds. */
const MAX_DOCUMENT_BYTES = 2 ** 29 - 24;
const READ_BYTES = 1024 * 1024;

/**
 * The whole of a small file as text. Throws CHECKSUM_MISMATCH if its bytes are not those expected, REPOSITORY_CORRUPT if
 * they are no UTF-8.
 */
export async function readText(storage: Storage, path: string, expected?: ExpectedMd5): Promise<string> {
  let bytes = await readBytes(storage, path);
  // Other bytes may be those of the repository, or have been damaged on their way: the second time tells.
  if (expected && md5Hex(expected.md5, bytes) !== expected.hex) bytes = await readBytes(storage, path);
  if (expected) checkMd5(bytes, path, expected);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DrillError('REPOSITORY_CORRUPT', `${path} is not UTF-8 text`, { cause: error });
  }
}

/**
 * Writes a document so that it is seen whole or not at all, and then removes what earlier tries left of it: other content,
 * a `.part`. Returns its final path, `<path>.<md5>`. Doing it again with the same text is fine.
 */
export async function writeDocument(storage: Storage, path: string, text: string, md5: Md5): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const finalPath = withChecksum(path, md5Hex(md5, bytes));
  await writeWhole(storage, path, finalPath, bytes);
  const directory = directoryOf(path);
  for (const name of await storage.listNames(directory)) {
    const other = directory === '' ? name : `${directory}/${name}`;
    const isOurs = splitChecksum(other)?.name === path || other === partPath(path);
    if (isOurs && other !== finalPath) await storage.remove(other);
  }
  return finalPath;
}

/** The full paths under which a document is there: none, one, or several if a writer was interrupted. Sorted. */
export async function findDocument(storage: Storage, path: string): Promise<string[]> {
  const directory = directoryOf(path);
  const names = await storage.listNames(directory);
  const ours = names.filter((name) => splitChecksum(name)?.name === nameOf(path));
  return ours.map((name) => (directory === '' ? name : `${directory}/${name}`));
}

/** Reads a document by its full path, whose name has its checksum. */
export async function readDocument(storage: Storage, fullPath: string, md5: Md5): Promise<string> {
  const stored = splitChecksum(fullPath);
  if (!stored) throw new DrillError('INTERNAL', `${fullPath} has no checksum in its name`);
  return readText(storage, fullPath, { md5, hex: stored.checksum });
}

/** Makes an empty repository: writes its `__repo_info`. `createdAt`: see `formatTimestamp`. */
export async function createRepository(storage: Storage, name: string, createdAt: string): Promise<RepoInfo> {
  const repoInfo: RepoInfo = { formatVersion: MANIFEST_FORMAT_VERSION, name, createdAt };
  const path = repoInfoPath(name);
  await writeWhole(storage, path, path, new TextEncoder().encode(encodeRepoInfo(repoInfo)));
  return repoInfo;
}

export const noRepository = (name: string): DrillError =>
  new DrillError('REPOSITORY_UNREADABLE', `there is no repository ${name} at its location`, {
    hint: 'the name is part of where it lies: check both, or leave out READ ONLY to have it made',
  });

/** Reads the `__repo_info` of a repository; undefined if there is none. */
export async function readRepository(storage: Storage, name: string): Promise<RepoInfo | undefined> {
  const path = repoInfoPath(name);
  const names = await storage.listNames(directoryOf(path));
  if (!names.includes(nameOf(path))) return undefined;
  const repoInfo = decodeRepoInfo(await readText(storage, path), path);
  if (repoInfo.name === name) return repoInfo;
  throw new DrillError('REPOSITORY_CORRUPT', `${path} is of repository ${repoInfo.name}, not of ${name}`, {
    hint: 'the directory was renamed, or the file copied from elsewhere',
  });
}

async function writeWhole(
  storage: Storage,
  path: string,
  finalPath: string,
  bytes: Uint8Array,
): Promise<void> {
  const writtenPath = storage.canRename ? partPath(path) : finalPath;
  const writer = await storage.createWriter(writtenPath, bytes.length);
  try {
    await writer.write(bytes);
    await writer.close();
  } catch (error) {
    await giveUp(writer);
    throw error;
  }
  if (storage.canRename) await storage.rename(writtenPath, finalPath);
}

async function readBytes(storage: Storage, path: string): Promise<Uint8Array> {
  const reader = await storage.openReader(path);
  try {
    return await readToEnd(reader, path);
  } finally {
    await reader.close();
  }
}

async function readToEnd(reader: StorageReader, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(READ_BYTES);
  let sizeBytes = 0;
  for (let count = await reader.read(buffer); count > 0; count = await reader.read(buffer)) {
    chunks.push(buffer.slice(0, count));
    sizeBytes += count;
    if (sizeBytes > MAX_DOCUMENT_BYTES) {
      throw new DrillError('REPOSITORY_CORRUPT', `${path} is larger than a manifest can be`);
    }
  }
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function checkMd5(bytes: Uint8Array, path: string, expected: ExpectedMd5): void {
  const actual = md5Hex(expected.md5, bytes);
  if (actual === expected.hex) return;
  throw new DrillError(
    'CHECKSUM_MISMATCH',
    `${path} has bytes with the MD5 ${actual}, and its name says otherwise`,
    {
      hint: 'the file was damaged or edited after it was written: restore it from a copy of the repository',
    },
  );
}
