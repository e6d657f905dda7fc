import type { SerializedError } from '../../base/errors.js';
import type { StorageSpec } from '../../repository/index.js';

/** What a probe's thread is asked to do. It answers with milliseconds, a sample each. */
export type ProbeTask =
  /** Answers at once: a message there and back. */
  | { readonly kind: 'echo'; readonly payload: string }
  | ReadTask
  /** Links each file of a directory into a new one, `rounds` times. Answers with the time of each round. */
  | { readonly kind: 'link'; readonly from: string; readonly to: string; readonly rounds: number }
  | BundleTask
  /** Writes files into the repository as the engine does. Answers with the time of each request. */
  | PutTask;

/**
 * Reads a file again and again for a while, and hashes it; or does so as if it were so many files, in turns, which are hashed together.
 * Answers with the time of each pass.
 */
export interface ReadTask {
  readonly kind: 'read';
  readonly file: string;
  readonly hash: boolean;
  readonly atOnce: number;
  readonly lastMs: number;
}

/** Reads files into a bundle, or makes them out of one, as the engine does. Answers with the time of each round, a file. */
export interface BundleTask {
  readonly kind: 'bundle';
  readonly files: readonly string[];
  readonly sizeBytes: number;
  readonly does: 'read' | 'make' | 'make durably';
  readonly rounds: number;
}

export interface PutTask {
  readonly kind: 'put';
  readonly spec: StorageSpec;
  /** Below the storage's root; another one for each task. */
  readonly directory: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export type ProbeAnswer =
  | { readonly ok: true; readonly samplesMs: readonly number[] }
  | { readonly ok: false; readonly error: SerializedError };
