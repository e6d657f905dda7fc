import type { Awaitable } from './storage/storage.js';
import type { Md5 } from './md5.js';

/**
 * - `missing`: something that a manifest, or the format, names is not there.
 * - `extra`: a file of the repository's own kind that no manifest names, or a `.part` that a writer left.
 * - `corrupt`: a file whose size or bytes are not what its manifest says, or that cannot be read.
 * - `unfinished`: a snapshot without `__info`: its backup still runs, or never ended. Named once, not file by file.
 * - `manifest`: a document that is damaged, that does not fit the other, or that is there more than once.
 * - `foreign`: a file in the repository that the format does not know.
 */
export type ProblemKind = 'missing' | 'extra' | 'corrupt' | 'unfinished' | 'manifest' | 'foreign';

export interface Problem {
  readonly kind: ProblemKind;
  /** Below the storage's root. */
  readonly path: string;
  readonly message: string;
}

export interface VerifiedSnapshot {
  readonly repository: string;
  readonly label: string;
  /** Of its readable manifests, in ascending order. */
  readonly timestamps: readonly string[];
  /** Files that its readable manifests name, and their sizes, whether or not they are there. */
  readonly files: number;
  readonly bytes: number;
}

export interface VerifyReport {
  /** Names of the repositories that were verified. */
  readonly repositories: readonly string[];
  /** By repository, then label; unfinished ones too. */
  readonly snapshots: readonly VerifiedSnapshot[];
  /** Sums over the snapshots. */
  readonly files: number;
  readonly bytes: number;
  /** By path, then kind; empty if all is well. */
  readonly problems: readonly Problem[];
}

export interface VerifyProgress {
  /** Done with so far, missing ones included; the manifests themselves do not count. */
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
}

export interface VerifyOptions {
  readonly md5: Md5;
  /** Default: every repository on the storage. */
  readonly repositoryName?: string | undefined;
  /**
   * Called after every file and every 16 MiB of a large one, and awaited. A storage that answers at once never gives way to
   * other work, so a caller who wants to see signals returns a promise that does, now and then.
   */
  readonly onProgress?: ((done: VerifyProgress) => Awaitable<void>) | undefined;
  /** Verifying stops with INTERRUPTED once this is aborted. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}
