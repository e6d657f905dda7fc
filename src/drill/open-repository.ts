import { DrillError } from '../base/errors.js';
import { createRepository, formatTimestamp, locationOf, readRepository } from '../repository/index.js';
import type { StorageSpec } from '../repository/index.js';
import { openStorage } from '../repository/storage/open.js';

/**
 * Makes a repository unless it is there, which also finds out early whether its location is of use at all. Throws
 * REPOSITORY_UNWRITABLE, REPOSITORY_FORMAT, S3_CREDENTIALS.
 */
export async function openRepository(spec: StorageSpec, name: string): Promise<void> {
  const storage = await openStorage(spec);
  try {
    const known = await readRepository(storage, name);
    if (!known) await createRepository(storage, name, formatTimestamp(Date.now()));
  } catch (error) {
    if (!(error instanceof DrillError) || error.code === 'REPOSITORY_FORMAT' || spec.kind === 's3')
      throw error;
    const message = `cannot use ${locationOf(spec)} for a repository: ${error.message}`;
    throw new DrillError('REPOSITORY_UNWRITABLE', message, {
      hint: 'choose a directory that exists, or can be made, and that this user may write to',
      cause: error,
    });
  } finally {
    storage.dispose?.();
  }
}
