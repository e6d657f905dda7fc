import { formatBytes, formatCount } from '../../base/units.js';
import { CAUSES, type Cause } from '../../world/outlook.js';
import type { Rule } from './finding-facts.js';

const SMALL_BYTES = 2 ** 20;
/** What files cost by being many, whatever their size. */
const PER_FILE: readonly Cause[] = ['latency', 'requestRate', 'snapshot'];
const MOST_OF_THE_TIME = 0.5;

/** Most of the time goes to files for being many. */
export const smallFilesRule: Rule = ({ result: { totals }, forecast: { causeMs } }) => {
  const meanBytes = totals.files === 0 ? Infinity : totals.sizeBytes / totals.files;
  const totalMs = CAUSES.reduce((sum, cause) => sum + causeMs[cause], 0);
  const share = totalMs === 0 ? 0 : PER_FILE.reduce((sum, cause) => sum + causeMs[cause], 0) / totalMs;
  if (meanBytes >= SMALL_BYTES || share < MOST_OF_THE_TIME) return undefined;
  return {
    id: 'small-files',
    severity: 'warning',
    message: `${formatCount(totals.files)} files of ${formatBytes(Math.round(meanBytes))} on the mean: ${Math.round(share * 100)} % of the time is requests and links, and not bytes`,
    hint: 'compact the tables first, so that shards have fewer and larger files; or bundle them: repository.bundleFilesBelow',
    numbers: { files: totals.files, meanBytes, share },
  };
};
