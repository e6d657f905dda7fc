import { formatCount, formatDuration, formatRequestRate } from '../../base/units.js';
import { NEAR, uploadingMs, type Rule } from './finding-facts.js';

/** What S3 takes for one prefix before it answers SlowDown (Amazon S3 User Guide, "Optimizing Amazon S3 performance"). */
const MOST_PUTS_PER_SEC = 3500;

/** Requests a second while files are sent, on the mean: all of a snapshot's objects have one prefix. */
export const requestRateRule: Rule = ({ scenario: { repository }, result }) => {
  const sendingMs = uploadingMs(result);
  if (repository.type !== 's3' || sendingMs === 0) return undefined;
  const perSec = result.totals.requests / (sendingMs / 1000);
  if (perSec < NEAR * MOST_PUTS_PER_SEC) return undefined;
  const isOver = perSec > MOST_PUTS_PER_SEC;
  return {
    id: 'request-rate',
    severity: isOver ? 'problem' : 'warning',
    message: `${formatRequestRate(Math.round(perSec))} for ${formatDuration(sendingMs)}, on the mean; S3 begins to answer SlowDown at ${formatRequestRate(MOST_PUTS_PER_SEC)} for one prefix`,
    hint: `plan with that limit (--set repository.requestRate=${MOST_PUTS_PER_SEC}/s), and see what would help: merging small files takes fewer requests`,
    numbers: { requestsPerSec: perSec, limitPerSec: MOST_PUTS_PER_SEC },
  };
};

/** S3 Standard in us-east-1: US dollars for 1,000 PUT, COPY, POST or LIST requests. An example: prices differ by store and region. */
const DOLLARS_PER_1000_PUTS = 0.005;
const WORTH_TELLING_DOLLARS = 1;

export const requestPriceRule: Rule = ({ scenario: { repository }, result: { totals } }) => {
  const dollars = (totals.requests / 1000) * DOLLARS_PER_1000_PUTS;
  if (repository.type !== 's3' || dollars < WORTH_TELLING_DOLLARS) return undefined;
  return {
    id: 'request-price',
    severity: 'note',
    message: `${formatCount(totals.requests)} requests cost about $${dollars.toFixed(dollars < 10 ? 2 : 0)} each time, at $${DOLLARS_PER_1000_PUTS} for 1,000 (S3 Standard's list price)`,
    numbers: { requests: totals.requests, dollars },
  };
};
