export {
  createRepository,
  findDocument,
  noRepository,
  readDocument,
  readRepository,
  readText,
  writeDocument,
  type ExpectedMd5,
} from './documents.js';
export {
  bundleName,
  contentDirectory,
  infoPath,
  isChecksum,
  locateRepository,
  metaPath,
  parsePath,
  partPath,
  repoInfoPath,
  REPOSITORY_PREFIX,
  repositoryRoot,
  shardDirectory,
  SNAPSHOT_PREFIX,
  snapshotDirectory,
  splitChecksum,
  splitPart,
  withChecksum,
  type ParsedPath,
  type PartWriter,
  type ShardPlace,
} from './layout.js';
export {
  checkConsistent,
  decodeInfo,
  decodeMeta,
  decodeRepoInfo,
  encodeInfo,
  encodeMeta,
  encodeRepoInfo,
} from './manifest.js';
export {
  BUNDLES_FORMAT_VERSION,
  MANIFEST_FORMAT_VERSION,
  type ManifestBundle,
  type ManifestFile,
  type ManifestIndex,
  type ManifestPartition,
  type ManifestShard,
  type ManifestTable,
  type ManifestView,
  type MetaIndex,
  type MetaPartition,
  type MetaTable,
  type RepoInfo,
  type SnapshotContent,
  type SnapshotInfo,
  type SnapshotMeta,
} from './manifest-types.js';
export { md5Hex, type Md5, type Md5Digest } from './md5.js';
export {
  checkedLabel,
  checkedRepositoryName,
  isFileName,
  isLabel,
  isRepositoryName,
  MAX_FILE_NAME_BYTES,
} from './names.js';
export {
  dropSnapshot,
  inspectLabel,
  listSnapshots,
  pruneSnapshot,
  readMeta,
  readSnapshot,
  type LabelInspection,
  type Snapshot,
  type SnapshotListing,
} from './snapshots.js';
export {
  canRename,
  locationOf,
  type LocalStorageSpec,
  type S3Credentials,
  type S3StorageSpec,
  type StorageSpec,
} from './storage/spec.js';
export { memoryStorage, type MemoryStorageOptions } from './storage/memory.js';
export type { Awaitable, Storage, StorageReader, StorageWriter, StoredFile } from './storage/storage.js';
export { objectsIn, objectsOf, shardsOf, type StoredObject } from './stored-objects.js';
export { formatDateTime, formatTimestamp, parseTimestamp } from './timestamp.js';
export { verifyRepository } from './verify.js';
export type {
  Problem,
  ProblemKind,
  VerifiedSnapshot,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
} from './verify-report.js';
export { partSizeOf } from './storage/s3/part-size.js';
