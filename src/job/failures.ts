import type { ErrorCode } from '../base/error-codes.js';

/** Failures of one try that another try of the same task on the same node cannot mend. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISK_FULL',
  'REPOSITORY_UNWRITABLE',
  'CHECKSUM_MISMATCH',
  'SOURCE_CORRUPT',
  'STORAGE_PATH',
  'INTERNAL',
]);

/** Failures that no other node can mend either. */
const HOPELESS_EVERYWHERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'REPOSITORY_UNWRITABLE',
  'STORAGE_PATH',
  'INTERNAL',
]);

/** Failures in which the node had no part, or that are over as soon as the node is there: they count for nothing. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NODE_LOST', 'TASK_LOST']);

/** Failures that are more likely the repository's than the node's: the node gets all of its tries first. */
const OF_REPOSITORY: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STORAGE_FAILED']);

export const isHopeless = (code: ErrorCode): boolean => HOPELESS.has(code);
export const isHopelessEverywhere = (code: ErrorCode): boolean => HOPELESS_EVERYWHERE.has(code);
export const isPassing = (code: ErrorCode): boolean => PASSING.has(code);
export const isOfRepository = (code: ErrorCode): boolean => OF_REPOSITORY.has(code);
