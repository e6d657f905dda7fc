import { formatCount } from '../../base/units.js';
import { NEAR, type Rule } from './finding-facts.js';

/** Doris refuses a job with more tablets than `max_backup_tablets_per_job`, an FE setting, allows: its default. */
const MOST_SHARDS = 300_000;

export const shardsRule: Rule = ({ result: { totals } }) => {
  const { shards } = totals;
  if (shards < NEAR * MOST_SHARDS) return undefined;
  const isOver = shards > MOST_SHARDS;
  return {
    id: 'shard-limit',
    severity: isOver ? 'problem' : 'warning',
    message: isOver
      ? `${formatCount(shards)} shards are more than the ${formatCount(MOST_SHARDS)} that Doris allows one job: it would refuse`
      : `${formatCount(shards)} shards, of the ${formatCount(MOST_SHARDS)} that Doris allows one job`,
    hint: 'back up some tables or partitions at a time (ON, EXCLUDE), or raise max_backup_tablets_per_job on the FEs, which takes more of their memory',
    numbers: { shards, limit: MOST_SHARDS },
  };
};
