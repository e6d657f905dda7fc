import { DrillError } from '../../base/errors.js';
import { nodeMd5 } from '../../repository/storage/node-md5.js';
import {
  createRepository,
  dropSnapshot,
  findDocument,
  inspectLabel,
  listSnapshots,
  noRepository,
  pruneSnapshot,
  readRepository,
  readSnapshot,
  writeDocument,
} from '../../repository/index.js';
import type { Storage } from '../../repository/storage/storage.js';
import type { RepositoryOperation } from '../../coordinator/index.js';

/** How many requests an operation makes, by the price list of the virtual world. */
export function requestsOf(operation: RepositoryOperation, canRename: boolean): number {
  if (operation.op === 'read') return 3;
  if (operation.op === 'open' || operation.op === 'drop') return 2;
  return operation.op === 'write' && canRename ? 2 : 1;
}

/** Does the coordinator's work on a repository. */
export async function performOnStorage(storage: Storage, operation: RepositoryOperation): Promise<unknown> {
  const { repository } = operation;
  switch (operation.op) {
    case 'open': {
      if (await readRepository(storage, repository)) return { created: false };
      if (!operation.create) throw noRepository(repository);
      await createRepository(storage, repository, operation.createdAt);
      return { created: true };
    }
    case 'list':
      await requireRepository(storage, repository);
      return listSnapshots(storage, repository);
    case 'drop':
      return { removedFiles: await dropSnapshot(storage, repository, operation.label) };
    case 'inspect':
      await requireRepository(storage, repository);
      return inspectLabel(storage, repository, operation.label);
    case 'write': {
      const text = operation.text();
      await writeDocument(storage, operation.path, text, nodeMd5);
      return { sizeBytes: Buffer.byteLength(text) };
    }
    case 'read':
      return readSnapshot(storage, repository, operation.label, operation.timestamp, nodeMd5);
    case 'retract':
      for (const path of await findDocument(storage, operation.path)) await storage.remove(path);
      return undefined;
    case 'prune':
      return { removedFiles: await pruneSnapshot(storage, operation.info()) };
  }
}

/**
 * It was there when it was created, or when the server started; since then its disk may have gone, or a newer program may
 * have written to it. Throws REPOSITORY_UNREADABLE, REPOSITORY_FORMAT, REPOSITORY_CORRUPT.
 */
async function requireRepository(storage: Storage, repository: string): Promise<void> {
  if (await readRepository(storage, repository)) return;
  throw new DrillError('REPOSITORY_UNREADABLE', `repository ${repository} is not at its location any more`, {
    hint: `put it back; or DROP REPOSITORY ${repository} and CREATE it again, which begins with an empty one`,
  });
}
