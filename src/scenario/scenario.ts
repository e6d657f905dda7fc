import type { Distribution } from '../base/distribution.js';
import type { EngineSettings } from '../job/settings.js';
import type { ShardList } from './shards.js';
import type { StorageSpec } from '../repository/index.js';
import type {
  CoordinatorHardware,
  HostHardware,
  NodeHardware,
  RepositoryLimits,
  Stragglers,
} from '../world/hardware.js';
import type { Fault } from '../world/faults.js';

/** A scenario after loading: presets applied, units converted, every default filled in. JSON, and frozen. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly seed: string;
  readonly cluster: ClusterSpec;
  readonly repository: RepositorySpec;
  readonly databases: readonly DatabaseSpec[];
  readonly engine: EngineSettings & { readonly preset: PresetName };
  /** The text of the statement to run, and where it stands in the scenario file. */
  readonly statement: { readonly text: string; readonly line: number };
  /** The cluster to restore into. */
  readonly restore: { readonly nodes: number; readonly replication: number };
  /** What goes wrong in virtual time; real runs know nothing of it. Absent: nothing. */
  readonly faults?: readonly Fault[];
  /** The backup window, if one was named. */
  readonly windowMs?: number;
}

export type PresetName = 'doris-classic' | 'doris' | 'tuned';

export interface ClusterSpec {
  /** One entry a node, groups expanded: `be-1`, `be-2`, … or `<group>-1`, … */
  readonly nodes: readonly NodeSpec[];
  /** Copies of each shard, where a table does not say otherwise. */
  readonly replication: number;
  /** `even`: round-robin over the nodes, so that each holds the same number of replicas; `random`: by seed. */
  readonly placement: 'even' | 'random';
  readonly coordinator: CoordinatorHardware;
  readonly host: HostHardware;
  readonly stragglers: Stragglers;
}

export interface NodeSpec {
  readonly name: string;
  readonly hardware: NodeHardware;
}

export interface RepositorySpec {
  readonly name: string;
  /** `local` renames, `s3` does not. */
  readonly type: 'local' | 's3';
  readonly readOnly: boolean;
  /** Where it is; of a local one, the directory is chosen by whoever runs the scenario. */
  readonly storage: StorageSpec;
  /** Whether `storage` says where it is: an S3 repository that was only planned with need not. */
  readonly isPlaced: boolean;
  readonly limits: RepositoryLimits;
}

export interface DatabaseSpec {
  readonly name: string;
  readonly tables: readonly TableSpec[];
}

export type TableType =
  'OLAP' | 'VIEW' | 'MYSQL' | 'ODBC' | 'JDBC' | 'ELASTICSEARCH' | 'HIVE' | 'ICEBERG' | 'HUDI';

export interface TableSpec {
  readonly name: string;
  readonly type: TableType;
  /** Of a VIEW: its defining query. */
  readonly definition?: string;
  readonly replication: number;
  /** Empty unless the type is OLAP. */
  readonly partitions: readonly PartitionSpec[];
  /** Names of the rollups each partition has besides its base index. */
  readonly rollups: readonly string[];
  /** Data of each rollup relative to the base table's. */
  readonly rollupRatio: number;
}

export interface PartitionSpec {
  readonly name: string;
  readonly buckets: Distribution;
  readonly filesPerShard: Distribution;
  readonly fileSizeBytes: Distribution;
  /** The version that queries see, and that is backed up. */
  readonly version: number;
  /** The shards themselves, where they are listed; the distributions then say what they are on the mean. */
  readonly shards?: ShardList;
}

/** One point of a sweep: a name and the scenario it stands for. */
export interface ScenarioVariant {
  readonly name: string;
  readonly scenario: Scenario;
}

/** A scenario file after loading. Without a `sweep` there is one variant, named ''. */
export interface LoadedScenario {
  readonly file: string;
  /** SHA-256 (first 16 hex digits) of the canonical JSON of all variants: names what was run. */
  readonly digest: string;
  readonly variants: readonly ScenarioVariant[];
}
