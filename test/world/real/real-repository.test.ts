import test from 'ava';
import type { RepositoryOperation } from '../../../src/coordinator/index.js';
import { createRepository, memoryStorage } from '../../../src/repository/index.js';
import { performOnStorage } from '../../../src/world/real/real-repository.js';
import { bytesOf, codeOf, paths, put } from '../../repository/storage-helpers.js';

const INFO = '__palo_repository_repo/__repo_info';
const CREATED_AT = '2026-01-01-00-00-00';

/** What every job and statement begins with. */
const FIRST_LOOKS: readonly RepositoryOperation[] = [
  { op: 'list', repository: 'repo' },
  { op: 'inspect', repository: 'repo', label: 'l' },
];

test('a repository that a newer program has taken over is refused, also when it was all right before', async (t) => {
  for (const operation of FIRST_LOOKS) {
    const storage = memoryStorage();
    await createRepository(storage, 'repo', CREATED_AT);
    await t.notThrowsAsync(async () => performOnStorage(storage, operation));
    const newer = { formatVersion: 2, name: 'repo', createdAt: CREATED_AT };
    await storage.remove(INFO);
    await put(storage, INFO, bytesOf(`${JSON.stringify(newer)}\n`));
    t.is(await codeOf(() => performOnStorage(storage, operation)), 'REPOSITORY_FORMAT', operation.op);
  }
});

test('a repository that is not there any more is not taken for an empty one', async (t) => {
  for (const operation of FIRST_LOOKS) {
    const storage = memoryStorage();
    t.is(await codeOf(() => performOnStorage(storage, operation)), 'REPOSITORY_UNREADABLE', operation.op);
    t.deepEqual(await paths(storage), []);
  }
});
