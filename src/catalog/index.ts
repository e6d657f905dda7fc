export {
  bindBackup,
  bindDatabase,
  selectedShards,
  type BackupSelection,
  type BindOptions,
  type SelectedTable,
} from './bind.js';
export {
  Catalog,
  isOlap,
  isView,
  type Database,
  type Index,
  type IndexAddress,
  type NewIndex,
  type NewPartition,
  type NewTable,
  type OlapTable,
  type Partition,
  type ShardAddress,
  type Table,
  type View,
} from './catalog.js';
export { chooseReplicas, largestFirst, replicaCandidates, type ReplicaPolicy } from './replica-choice.js';
export {
  HEADER_FILE_BYTES,
  headerFileName,
  renamedForShard,
  segmentFileName,
  shardFileName,
} from './shard-files.js';
export { ShardStore } from './shard-store.js';
export { evenPlacement, randomPlacement, type Placement } from './placement.js';
export {
  applyChange,
  tableRecord,
  type CatalogChange,
  type IndexRecord,
  type PartitionRecord,
  type ReplicaList,
  type ShardRecord,
  type TableRecord,
  type ViewRecord,
} from './change.js';
