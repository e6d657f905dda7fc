import type { Catalog, ShardAddress } from '../../catalog/index.js';
import { shardFileName } from '../../catalog/index.js';
import { checksumText, type RemoteFiles } from '../../node/index.js';
import {
  bundleName,
  objectsOf,
  shardDirectory,
  shardsOf,
  snapshotDirectory,
  withChecksum,
  parsePath,
  type ManifestBundle,
  type SnapshotInfo,
  type SnapshotListing,
} from '../../repository/index.js';
import { DrillError } from '../../base/errors.js';
import { BundleContents } from './bundle-contents.js';
import { FileStates, TORN } from './file-states.js';

/** Added to a file's own content where bits of it have flipped. */
const ROTTEN = 2 ** 52;

/**
 * A repository without bytes. The files of a label are one byte each, by their ordinal in the catalog they came from; a
 * file's content is that ordinal, so that equal content has equal checksums and nothing else has.
 */
export class VirtualRepository {
  readonly name: string;
  readonly canRename: boolean;
  /** Whether its `__repo_info` is there. */
  isCreated = false;
  readonly bundles = new BundleContents();
  private readonly labels = new Map<string, { readonly catalog: Catalog; readonly files: FileStates }>();
  /** What listings tell while they are stale: see `setStale`. */
  private stale: ReadonlyMap<string, FileStates> | undefined;
  private readonly documents = new Map<string, { readonly sizeBytes: number; readonly text: () => string }>();

  constructor(name: string, canRename: boolean) {
    this.name = name;
    this.canRename = canRename;
  }

  /** What a listing of a shard's directory tells: what is there, or, while listings are stale, what was there. */
  remoteFiles(label: string, catalog: Catalog, shard: number): RemoteFiles {
    const files = this.stale?.get(label) ?? this.filesOf(label, catalog);
    const first = catalog.shards.firstFile[shard]!;
    return {
      has: (file, checksum) => files.has(first + file, checksum as number),
      hasTraces: (file) => files.hasTraces(first + file),
      hasOthers: (file, checksum) => files.hasOthers(first + file, checksum as number),
    };
  }

  /** Whether a file is there under the name with this checksum, whatever listings tell. */
  holds(label: string, catalog: Catalog, ordinal: number, checksum: number): boolean {
    return this.filesOf(label, catalog).has(ordinal, checksum);
  }

  /** From now on, until `isStale` is false again, listings of shards tell what is there now. */
  setStale(isStale: boolean): void {
    this.stale = isStale
      ? new Map([...this.labels].map(([label, { files }]) => [label, files.copy()]))
      : undefined;
  }

  /** Flips bits of one of all data files, which is named by its place among them, 0 to 1; tells whether there was any. */
  rot(pick: number): boolean {
    const names = [...this.labels.values()].flatMap(({ files }) =>
      [...files.names()].flatMap((name) => (name.checksum === undefined ? [] : [{ files, ...name }])),
    );
    const picked = names[Math.min(names.length - 1, Math.floor(pick * names.length))];
    if (!picked) return false;
    picked.files.spoil(picked.ordinal, picked.checksum!, ROTTEN + picked.ordinal);
    return true;
  }

  /** The content of a whole file, by the checksum in its name, as a download finds it; undefined if it is not there. */
  fetch(label: string, address: ShardAddress, file: number, checksum: string): string | undefined {
    const found = this.find(label, address, file, checksum);
    return found && contentText(found.content);
  }

  /** The same for the files of a bundle, by the checksum in its own name. */
  fetchBundle(
    label: string,
    address: ShardAddress,
    { firstFile, files, checksum }: ManifestBundle,
  ): readonly string[] | undefined {
    const found = this.find(label, address, firstFile, checksum);
    return found && this.bundles.filesIn(found.ordinal, files, found.content).map(contentText);
  }

  private find(
    label: string,
    { shardId }: ShardAddress,
    file: number,
    checksum: string,
  ): { readonly ordinal: number; readonly content: number } | undefined {
    const found = this.labels.get(label);
    if (!found) return undefined;
    const { shards } = found.catalog;
    const shard = shards.ordinalOf(shardId);
    if (shard < 0 || file >= shards.fileCount(shard)) return undefined;
    const ordinal = shards.firstFile[shard]! + file;
    const content = found.files.content(ordinal, numberOf(checksum));
    return content === undefined ? undefined : { ordinal, content };
  }

  writeDocument(path: string, sizeBytes: number, text: () => string): void {
    this.documents.set(path, { sizeBytes, text });
  }

  removeDocument(path: string): void {
    this.documents.delete(path);
  }

  /** The text of the document under `path`, whose name here carries no checksum. */
  readDocument(path: string): string | undefined {
    return this.documents.get(path)?.text();
  }

  timestampsOf(label: string): string[] {
    return this.documentPaths(label)
      .map((path) => parsePath(withChecksum(path, '0'.repeat(32))))
      .flatMap((parsed) => (parsed.kind === 'info' ? [parsed.timestamp] : []));
  }

  hasFiles(label: string): boolean {
    if (this.documentPaths(label).length > 0) return true;
    return this.labels.get(label)?.files.isEmpty === false;
  }

  /** What is there, as `listSnapshots` tells it of a real repository. */
  listings(): SnapshotListing[] {
    const infos = [...this.documents.keys()].map((path) => parsePath(withChecksum(path, '0'.repeat(32))));
    const documented = infos.flatMap((parsed) => (parsed.kind === 'info' ? [parsed.label] : []));
    const labels = [...new Set([...this.labels.keys(), ...documented])].filter((label) =>
      this.hasFiles(label),
    );
    return labels.sort().map((label) => {
      const timestamps = this.timestampsOf(label).sort();
      return {
        label,
        timestamps,
        ...(timestamps.length === 0 ? { problem: 'unfinished: it has no __info' } : {}),
      };
    });
  }

  /** Removes everything under a label; returns how many files that were. */
  dropLabel(label: string): number {
    const removed = this.fileCount(label);
    for (const path of this.documentPaths(label)) this.documents.delete(path);
    this.labels.delete(label);
    return removed;
  }

  fileCount(label: string): number {
    const files = this.labels.get(label)?.files;
    return this.documentPaths(label).length + (files ? [...files.names()].length : 0);
  }

  /**
   * Removes what a manifest does not name; returns how many files that were. Throws REPOSITORY_CORRUPT, and removes nothing, where
   * a file that it names is not there.
   */
  prune(label: string, info: SnapshotInfo): number {
    const found = this.labels.get(label);
    const named = new Map<number, number>();
    for (const { shard } of shardsOf(info)) {
      const ordinal = found ? found.catalog.shards.ordinalOf(shard.id) : -1;
      const first = ordinal < 0 ? NaN : found!.catalog.shards.firstFile[ordinal]!;
      for (const { firstFile: file, checksum } of objectsOf(shard)) {
        if (!found?.files.has(first + file, numberOf(checksum))) {
          throw new DrillError(
            'REPOSITORY_CORRUPT',
            `repository ${this.name} lacks a file of snapshot ${label}`,
          );
        }
        named.set(first + file, numberOf(checksum));
      }
    }
    if (!found) return 0;
    let removed = 0;
    const before = [...found.files.names()];
    for (const { ordinal, checksum } of before)
      if (checksum !== named.get(ordinal) || checksum === undefined) removed++;
    for (const ordinal of new Set(before.map((name) => name.ordinal))) {
      const kept = named.get(ordinal);
      if (kept === undefined) found.files.remove(ordinal);
      else found.files.removeOthers(ordinal, kept);
    }
    return removed;
  }

  /** Paths of all files under a label as a real repository would have them, for tests: builds strings for each. */
  paths(label: string): string[] {
    return [...this.documentPaths(label), ...this.contents(label).keys()].sort();
  }

  /** The contents of the data files under a label, as checksums, by their paths. A good file's is the one in its name. */
  contents(label: string): Map<string, string> {
    const found = this.labels.get(label);
    const contents = new Map<string, string>();
    if (!found) return contents;
    const { shards } = found.catalog;
    const names = [...found.files.names()];
    let shard = 0;
    for (const { ordinal, checksum, writer, content } of names.sort((a, b) => a.ordinal - b.ordinal)) {
      while (shards.firstFile[shard + 1]! <= ordinal) shard++;
      const address = found.catalog.addressOf(shard);
      const file = ordinal - shards.firstFile[shard]!;
      const isBundle = found.files.filesIn(ordinal) > 1;
      const name = isBundle ? bundleName(file) : shardFileName(address.shardId, address.version, file);
      const own = writer === '' ? name : `${name}.${writer}`;
      const stored = checksum === undefined ? `${own}.part` : withChecksum(name, checksumText(checksum));
      contents.set(`${shardDirectory(this.name, label, address)}/${stored}`, contentText(content));
    }
    return contents;
  }

  private documentPaths(label: string): string[] {
    const directory = `${snapshotDirectory(this.name, label)}/`;
    return [...this.documents.keys()].filter((path) => path.startsWith(directory));
  }

  /** What is there of a label's files: for whoever sends them, too. */
  filesOf(label: string, catalog: Catalog): FileStates {
    let found = this.labels.get(label);
    if (!found) {
      found = { catalog, files: new FileStates(catalog.shards.totalFiles) };
      this.labels.set(label, found);
    }
    return found.files;
  }
}

const numberOf = (checksum: string): number => Number.parseInt(checksum, 16);

const contentText = (content: number): string => (content === TORN ? 'torn' : checksumText(content));
