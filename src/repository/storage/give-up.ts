import type { StorageWriter } from './storage.js';

/** Aborts a writer. What is left where even this fails is tidied later: no reason to hide why the writing failed. */
export async function giveUp(writer: StorageWriter | undefined): Promise<void> {
  try {
    await writer?.abort();
  } catch {
    // See above.
  }
}
