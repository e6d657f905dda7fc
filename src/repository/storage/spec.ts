/** Where a repository's storage is: all that has to be known to open it, but no secret. */
export type StorageSpec = LocalStorageSpec | S3StorageSpec;

/** How backups write to a repository, wherever it is. */
interface Writing {
  /** Files of a shard that are smaller go into bundles; absent: each file is stored by itself, as Doris does. */
  readonly bundleBelowBytes?: number;
}

export interface LocalStorageSpec extends Writing {
  readonly kind: 'local';
  /** An absolute path, or one below the process's directory. */
  readonly directory: string;
  /** Whether files must be on the disk itself before they count; see `LocalStorageOptions.durable`. */
  readonly durable: boolean;
}

export interface S3StorageSpec extends Writing {
  readonly kind: 's3';
  /** `https://host[:port]`; undefined: AWS's own for the region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  /** Below which everything lies, without `/` at either end; '' for the whole bucket. */
  readonly prefix: string;
  /** Whether the bucket is named in the URL's path or in its host. */
  readonly addressing: 'path' | 'virtual-hosted';
}

/**
 * Who we are to an S3 server. Lives in memory only: it is in no journal, no log, no answer and no message. Where a
 * statement gives none, they come from the usual places (environment, shared files, container and instance roles).
 */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The location of a storage as statements write it: `file:///path`, `s3://bucket/prefix`. */
export function locationOf(spec: StorageSpec): string {
  if (spec.kind === 'local') return `file://${spec.directory}`;
  return `s3://${spec.bucket}${spec.prefix === '' ? '' : `/${spec.prefix}`}`;
}

/** Whether files can be renamed there: S3 would copy and delete. */
export const canRename = (spec: StorageSpec): boolean => spec.kind === 'local';
