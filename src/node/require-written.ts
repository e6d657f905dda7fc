import { DrillError } from '../base/errors.js';
import { checksumText, type Checksum, type ScannedShard } from './operation.js';

/** Throws SOURCE_CORRUPT if a file is not what was written to its replica, as far as the replica says what was. */
export function requireWritten(snapshot: ScannedShard, file: number, checksum: Checksum): void {
  const written = snapshot.writtenChecksum(file);
  if (written === undefined || written === checksum) return;
  throw new DrillError(
    'SOURCE_CORRUPT',
    `file ${file} of a shard has checksum ${checksumText(checksum)}, and was written with ${checksumText(written)}`,
    { hint: 'the replica is damaged: have it repaired from another one' },
  );
}
