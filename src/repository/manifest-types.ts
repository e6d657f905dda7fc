/** The version of the format that this program writes where it can. */
export const MANIFEST_FORMAT_VERSION = 1;

/** That of an `__info` with bundles, which a program that does not know them must not read. */
export const BUNDLES_FORMAT_VERSION = 2;

/** `all`: files and schema; `metadata_only`: the schema alone. */
export type SnapshotContent = 'all' | 'metadata_only';

/** `__info_<timestamp>`: what was backed up, down to every file. A snapshot exists for users once this does. */
export interface SnapshotInfo {
  readonly formatVersion: typeof MANIFEST_FORMAT_VERSION | typeof BUNDLES_FORMAT_VERSION;
  readonly label: string;
  readonly repository: string;
  readonly databaseId: number;
  readonly databaseName: string;
  /** When the job was accepted, `yyyy-mm-dd-hh-mm-ss` in UTC; the same as in the document's name. */
  readonly backupTime: string;
  readonly content: SnapshotContent;
  /** Names of tables that were left out because their type cannot be backed up. */
  readonly skippedTables: readonly string[];
  readonly tables: readonly ManifestTable[];
  readonly views: readonly ManifestView[];
}

export interface ManifestTable {
  readonly id: number;
  readonly name: string;
  readonly partitions: readonly ManifestPartition[];
}

export interface ManifestPartition {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly ManifestIndex[];
}

export interface ManifestIndex {
  readonly id: number;
  readonly name: string;
  /** In the order of their buckets; none in a snapshot of metadata only. */
  readonly shards: readonly ManifestShard[];
}

export interface ManifestShard {
  readonly id: number;
  readonly bucket: number;
  readonly files: readonly ManifestFile[];
  /** In the order of their files; absent: each file is stored by itself. */
  readonly bundles?: readonly ManifestBundle[];
}

/**
 * Some files of a shard, one right after the other in one object: those at `firstFile` and after it in the shard's list. So where
 * each is in it follows from the sizes.
 */
export interface ManifestBundle {
  readonly firstFile: number;
  /** How many: two or more. */
  readonly files: number;
  /** MD5 of all their bytes, in lower-case hex. */
  readonly checksum: string;
}

export interface ManifestFile {
  /** Without its checksum. */
  readonly name: string;
  readonly sizeBytes: number;
  /** MD5 in lower-case hex. */
  readonly checksum: string;
}

export interface ManifestView {
  readonly name: string;
  readonly definition: string;
}

/** `__meta`: the schema, enough to make the tables anew. */
export interface SnapshotMeta {
  readonly formatVersion: typeof MANIFEST_FORMAT_VERSION;
  readonly databaseName: string;
  readonly tables: readonly MetaTable[];
  readonly views: readonly ManifestView[];
}

export interface MetaTable {
  readonly id: number;
  readonly name: string;
  readonly type: 'OLAP';
  readonly replication: number;
  readonly partitions: readonly MetaPartition[];
}

export interface MetaPartition {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly MetaIndex[];
}

export interface MetaIndex {
  readonly id: number;
  readonly name: string;
  readonly base: boolean;
  readonly buckets: number;
}

/** `__repo_info`: written when the repository was created. */
export interface RepoInfo {
  readonly formatVersion: typeof MANIFEST_FORMAT_VERSION;
  readonly name: string;
  /** `yyyy-mm-dd-hh-mm-ss` in UTC. */
  readonly createdAt: string;
}
