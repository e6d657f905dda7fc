import { DrillError } from '../../base/errors.js';
import type { RepositoryOperation } from '../../coordinator/index.js';
import {
  checkConsistent,
  decodeInfo,
  decodeMeta,
  infoPath,
  metaPath,
  noRepository,
} from '../../repository/index.js';
import type { VirtualRepository } from './virtual-repository.js';

/** What a coordinator's operation on a repository costs, and what it does once that has been paid. */
export interface PricedOperation {
  readonly requests: number;
  readonly bytes: number;
  readonly act: () => unknown;
  /** The document that it writes or takes back. */
  readonly document?: { readonly op: 'write' | 'remove'; readonly path: string };
  /** The label that it takes away. */
  readonly dropped?: string;
}

export function performOnRepository(
  repository: VirtualRepository,
  operation: RepositoryOperation,
): PricedOperation {
  const { label } = operation as { label?: string };
  switch (operation.op) {
    case 'open':
      return { requests: 2, bytes: 0, act: () => open(repository, operation.create) };
    case 'list':
      return { requests: 1, bytes: 0, act: () => repository.listings() };
    case 'drop': {
      const batches = Math.ceil(repository.fileCount(operation.label) / FILES_PER_DELETION);
      return {
        requests: 2 + batches,
        bytes: 0,
        dropped: operation.label,
        act: () => ({ removedFiles: repository.dropLabel(operation.label) }),
      };
    }
    case 'inspect':
      return {
        requests: 1,
        bytes: 0,
        act: () => ({ timestamps: repository.timestampsOf(label!), hasFiles: repository.hasFiles(label!) }),
      };
    case 'write':
      // One request to put the document, and one to rename it where that is the way.
      return {
        requests: repository.canRename ? 2 : 1,
        bytes: operation.sizeBytes,
        document: { op: 'write', path: operation.path },
        act() {
          repository.writeDocument(operation.path, operation.sizeBytes, operation.text);
          return { sizeBytes: operation.sizeBytes };
        },
      };
    case 'read':
      return {
        requests: 3,
        bytes: 0,
        act: () => readManifest(repository, operation.label, operation.timestamp),
      };
    case 'retract':
      return {
        requests: 1,
        bytes: 0,
        document: { op: 'remove', path: operation.path },
        act: () => repository.removeDocument(operation.path),
      };
    case 'prune':
      return {
        requests: 1,
        bytes: 0,
        act: () => ({ removedFiles: repository.prune(operation.label, operation.info()) }),
      };
  }
}

/** What S3 takes in one request; a directory's storage is not slower. */
const FILES_PER_DELETION = 1000;

function open(repository: VirtualRepository, create: boolean): { created: boolean } {
  if (repository.isCreated) return { created: false };
  if (!create) throw noRepository(repository.name);
  repository.isCreated = true;
  return { created: true };
}

function readManifest(repository: VirtualRepository, label: string, wanted: string | undefined): unknown {
  const timestamps = repository.timestampsOf(label);
  const timestamp = wanted ?? timestamps[0];
  const path = infoPath(repository.name, label, timestamp ?? '');
  const infoText = repository.readDocument(path);
  const metaText = repository.readDocument(metaPath(repository.name, label));
  if (infoText === undefined || metaText === undefined) {
    throw new DrillError('SNAPSHOT_UNKNOWN', `the repository holds no snapshot ${label}`);
  }
  const info = decodeInfo(infoText, path);
  const meta = decodeMeta(metaText, metaPath(repository.name, label));
  checkConsistent(meta, info, path);
  return { info, meta };
}
