import { DrillError } from '../base/errors.js';
import { createRepository, formatTimestamp, readRepository } from '../repository/index.js';
import { localStorage } from '../repository/storage/local.js';

/**
 * Makes a repository in a directory unless it is there, which also finds out early whether the directory is of use at
 * all. Throws REPOSITORY_UNWRITABLE, REPOSITORY_FORMAT.
 */
export async function openRepository(directory: string, name: string): Promise<void> {
  const storage = localStorage(directory);
  try {
    const known = await readRepository(storage, name);
    if (!known) await createRepository(storage, name, formatTimestamp(Date.now()));
  } catch (error) {
    if (!(error instanceof DrillError) || error.code === 'REPOSITORY_FORMAT') throw error;
    throw new DrillError(
      'REPOSITORY_UNWRITABLE',
      `cannot use ${directory} for a repository: ${error.message}`,
      {
        hint: 'choose a directory that exists, or can be made, and that this user may write to',
        cause: error,
      },
    );
  }
}
