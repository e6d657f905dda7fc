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
      return listSnapshots(storage, repository);
    case 'drop':
      return { removedFiles: await dropSnapshot(storage, repository, operation.label) };
    case 'inspect':
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
