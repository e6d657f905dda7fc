import {
  encodeInfo,
  encodeMeta,
  formatTimestamp,
  infoPath,
  metaPath,
  parseTimestamp,
  splitChecksum,
  writeDocument,
  type ProblemKind,
  type Storage,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import type { Sample } from './sample.js';
import { bytesOf, get, put } from './storage-helpers.js';

/** What verify should find. */
export interface Planted {
  readonly kind: ProblemKind;
  readonly path: string;
}

/** Does one kind of damage to a snapshot, of which `which` is a file, and says what verify should find. */
export type Damage = (storage: Storage, sample: Sample, which: string) => Promise<Planted>;

export const stem = (path: string): string => splitChecksum(path)!.name;
export const otherSum = (path: string): string => `${stem(path)}.${'0'.repeat(32)}`;

export async function edit(
  storage: Storage,
  path: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  await put(storage, path, change(await get(storage, path)));
}

export const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 0x10 : byte));

/** Damage to one shard's file, or beside it. */
export const FILE_DAMAGE: Readonly<Record<string, Damage>> = {
  removed: async (storage, _, path) => {
    await storage.remove(path);
    return { kind: 'missing', path };
  },
  'a flipped bit': async (storage, _, path) => {
    await edit(storage, path, flipped);
    return { kind: 'corrupt', path };
  },
  truncated: async (storage, _, path) => {
    await edit(storage, path, (bytes) => bytes.slice(0, -1));
    return { kind: 'corrupt', path };
  },
  emptied: async (storage, _, path) => {
    await edit(storage, path, () => new Uint8Array(0));
    return { kind: 'corrupt', path };
  },
  grown: async (storage, _, path) => {
    await edit(storage, path, (bytes) => Uint8Array.from([...bytes, 0]));
    return { kind: 'corrupt', path };
  },
  'older content beside it': async (storage, _, path) => {
    await put(storage, otherSum(path), bytesOf('older'));
    return { kind: 'extra', path: otherSum(path) };
  },
  'a part beside it': async (storage, _, path) => {
    const part = `${stem(path)}.part`;
    await put(storage, part, bytesOf('half'));
    return { kind: 'extra', path: part };
  },
  'a file of a shard that is not in the manifest': async (storage, _, path) => {
    const stray = path.replace(/__tbl_1\//, `__tbl_77/`);
    await put(storage, stray, await get(storage, path));
    return { kind: 'extra', path: stray };
  },
  'a file without checksum': async (storage, _, path) => {
    await put(storage, stem(path), bytesOf('x'));
    return { kind: 'foreign', path: stem(path) };
  },
  'a note in the directory': async (storage, _, path) => {
    const note = `${path.slice(0, path.lastIndexOf('/'))}/NOTES/x y`;
    await put(storage, note, bytesOf('x'));
    return { kind: 'foreign', path: note };
  },
};

/** Damage to a snapshot's `__meta`, or beside both documents: its files are still checked. */
export const SNAPSHOT_DAMAGE: Readonly<Record<string, Damage>> = {
  'no __meta': async (storage, { metaFile }) => {
    await storage.remove(metaFile);
    return { kind: 'missing', path: stem(metaFile) };
  },
  'a __meta with other bytes': async (storage, { metaFile }) => {
    await edit(storage, metaFile, flipped);
    return { kind: 'manifest', path: metaFile };
  },
  'two __meta': async (storage, { metaFile }) => {
    await put(storage, otherSum(metaFile), await get(storage, metaFile));
    return { kind: 'manifest', path: stem(metaFile) };
  },
  'a __meta that is whole but does not fit': async (storage, { info, meta, infoFile }) => {
    const text = encodeMeta({ ...meta, databaseName: 'other' });
    await writeDocument(storage, metaPath(info.repository, info.label), text, nodeMd5);
    return { kind: 'manifest', path: infoFile };
  },
  'a __meta that is no document, under its right checksum': async (storage, { info }) => {
    const path = await writeDocument(storage, metaPath(info.repository, info.label), 'no document', nodeMd5);
    return { kind: 'manifest', path };
  },
  'a part of a document': async (storage, { infoFile }) => {
    await put(storage, `${stem(infoFile)}.part`, bytesOf('{'));
    return { kind: 'extra', path: `${stem(infoFile)}.part` };
  },
  'a note beside the documents': async (storage, { infoFile }) => {
    const path = infoFile.replace(/[^/]+$/, 'README');
    await put(storage, path, bytesOf('x'));
    return { kind: 'foreign', path };
  },
};

/** Damage after which the files of a snapshot cannot be told: it is named, and they are left in peace. */
export const INFO_DAMAGE: Readonly<Record<string, Damage>> = {
  'no __info': async (storage, { infoFile }) => {
    await storage.remove(infoFile);
    return { kind: 'unfinished', path: infoFile.replace(/\/[^/]+$/, '') };
  },
  'an __info with other bytes': async (storage, { infoFile }) => {
    await edit(storage, infoFile, flipped);
    return { kind: 'manifest', path: infoFile };
  },
  'an __info of another label': async (storage, { info, infoFile: old }) => {
    await storage.remove(old);
    const path = infoPath(info.repository, info.label, info.backupTime);
    const text = encodeInfo({ ...info, label: 'another' });
    return { kind: 'manifest', path: await writeDocument(storage, path, text, nodeMd5) };
  },
  'an __info of another time': async (storage, { info, infoFile: old }) => {
    await storage.remove(old);
    const path = infoPath(
      info.repository,
      info.label,
      formatTimestamp(parseTimestamp(info.backupTime)! + 1000),
    );
    return { kind: 'manifest', path: await writeDocument(storage, path, encodeInfo(info), nodeMd5) };
  },
};

/** Damage to the repository itself. */
export const REPOSITORY_DAMAGE: Readonly<
  Record<string, (storage: Storage, root: string) => Promise<Planted>>
> = {
  'no __repo_info': async (storage, root) => {
    await storage.remove(`${root}/__repo_info`);
    return { kind: 'missing', path: `${root}/__repo_info` };
  },
  'a damaged __repo_info': async (storage, root) => {
    await put(storage, `${root}/__repo_info`, bytesOf('{"formatVersion":1'));
    return { kind: 'manifest', path: `${root}/__repo_info` };
  },
  'a part of __repo_info': async (storage, root) => {
    await put(storage, `${root}/__repo_info.part`, bytesOf('{'));
    return { kind: 'extra', path: `${root}/__repo_info.part` };
  },
  'a strange file': async (storage, root) => {
    await put(storage, `${root}/lost+found`, bytesOf('x'));
    return { kind: 'foreign', path: `${root}/lost+found` };
  },
  'a strange directory': async (storage, root) => {
    await put(storage, `${root}/__ss_not a label/__meta.${'0'.repeat(32)}`, bytesOf('x'));
    return { kind: 'foreign', path: `${root}/__ss_not a label` };
  },
};
