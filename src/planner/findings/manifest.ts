import { formatBytes } from '../../base/units.js';
import { NEAR, type Rule } from './finding-facts.js';

/** A Java array holds no more: Doris reads and writes a snapshot's metadata as one. */
const MOST_BYTES = 2 ** 31 - 1;

export const manifestRule: Rule = ({ result: { totals } }) => {
  const { manifestBytes } = totals;
  if (manifestBytes < NEAR * MOST_BYTES) return undefined;
  const isOver = manifestBytes > MOST_BYTES;
  return {
    id: 'manifest-size',
    severity: isOver ? 'problem' : 'warning',
    message: `the manifest has ${formatBytes(manifestBytes)}, and Doris handles at most ${formatBytes(MOST_BYTES)} as one piece`,
    hint: 'back up some tables or partitions at a time, with fewer and larger files; backup_job_compressed_serialization helps the FEs to keep the job',
    numbers: { manifestBytes, limitBytes: MOST_BYTES },
  };
};
