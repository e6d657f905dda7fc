import type { StorageWriter } from '../../repository/storage/storage.js';

/** What is left where even this fails is tidied before the snapshot is published: no reason to hide why the sending failed. */
export async function giveUp(writer: StorageWriter | undefined): Promise<void> {
  try {
    await writer?.abort();
  } catch {
    // See above.
  }
}
