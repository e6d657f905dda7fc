import type { Catalog, ShardAddress } from '../../catalog/index.js';
import { shardFileName } from '../../catalog/index.js';
import { checksumText, type RemoteFiles } from '../../node/index.js';
import {
  shardDirectory,
  snapshotDirectory,
  withChecksum,
  parsePath,
  type SnapshotInfo,
  type SnapshotListing,
} from '../../repository/index.js';
import { ABSENT, FileStates, PART, WHOLE } from './file-states.js';

/**
 * A repository without bytes. The files of a label are one byte each, by their ordinal in the catalog they came from; a
 * file's content is that ordinal, so that equal content has equal checksums and nothing else has.
 */
export class VirtualRepository {
  readonly name: string;
  readonly canRename: boolean;
  /** Whether its `__repo_info` is there. */
  isCreated = false;
  private readonly labels = new Map<string, { readonly catalog: Catalog; readonly files: FileStates }>();
  private readonly documents = new Map<string, { readonly sizeBytes: number; readonly text: () => string }>();

  constructor(name: string, canRename: boolean) {
    this.name = name;
    this.canRename = canRename;
  }

  remoteFiles(label: string, catalog: Catalog, shard: number): RemoteFiles {
    const files = this.filesOf(label, catalog);
    const first = catalog.shards.firstFile[shard]!;
    return {
      has: (file, checksum) => files.at(first + file) === WHOLE && checksum === first + file,
      hasTraces: (file) => files.at(first + file) !== ABSENT,
      // A file has one content here, so what else there is can only be a `.part`.
      hasOthers: (file) => files.at(first + file) === PART,
    };
  }

  /** The checksum of a whole file, as a download finds it; undefined if it is not there. */
  fetch(label: string, address: ShardAddress, file: number): string | undefined {
    const found = this.labels.get(label);
    if (!found) return undefined;
    const { shards } = found.catalog;
    const shard = shards.ordinalOf(address.shardId);
    if (shard < 0 || file >= shards.fileCount(shard)) return undefined;
    const ordinal = shards.firstFile[shard]! + file;
    return found.files.at(ordinal) === WHOLE ? checksumText(ordinal) : undefined;
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
    return this.documentPaths(label).length + (this.labels.get(label)?.files.count() ?? 0);
  }

  /** Removes what a manifest does not name; returns how many files that were. */
  prune(label: string, info: SnapshotInfo): number {
    const found = this.labels.get(label);
    if (!found) return 0;
    const named = new Set(
      info.tables.flatMap((t) =>
        t.partitions.flatMap((p) => p.indexes.flatMap((i) => i.shards.map((s) => s.id))),
      ),
    );
    const { shards } = found.catalog;
    let removed = 0;
    for (let shard = 0; shard < shards.count; shard++) {
      const isNamed = named.has(shards.id[shard]!);
      for (let file = shards.firstFile[shard]!; file < shards.firstFile[shard + 1]!; file++) {
        const state = found.files.at(file);
        if (state === ABSENT || (isNamed && state === WHOLE)) continue;
        found.files.set(file, ABSENT);
        removed++;
      }
    }
    return removed;
  }

  /** Paths of all files under a label as a real repository would have them, for tests: builds strings for each. */
  paths(label: string): string[] {
    const found = this.labels.get(label);
    const paths = this.documentPaths(label);
    if (!found) return paths;
    const { catalog, files } = found;
    for (let shard = 0; shard < catalog.shards.count; shard++) {
      const first = catalog.shards.firstFile[shard]!;
      for (let file = 0; file < catalog.shards.fileCount(shard); file++) {
        const state = files.at(first + file);
        if (state === ABSENT) continue;
        const address = catalog.addressOf(shard);
        const name = shardFileName(address.shardId, address.version, file);
        const directory = shardDirectory(this.name, label, address);
        paths.push(
          `${directory}/${state === WHOLE ? withChecksum(name, checksumText(first + file)) : `${name}.part`}`,
        );
      }
    }
    return paths.sort();
  }

  /** The contents of the data files under a label, as checksums, by their paths. A good file's is the one in its name. */
  contents(label: string): Map<string, string> {
    return new Map(
      this.paths(label)
        .filter((path) => path.includes('/__ss_content/'))
        .map((path) => [path, path.slice(path.lastIndexOf('.') + 1)]),
    );
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
