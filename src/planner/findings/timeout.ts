import { formatDuration } from '../../base/units.js';
import { NEAR, type Rule } from './finding-facts.js';

/** A job that is not finished when its timeout is over is cancelled, and all that it sent was for nothing. */
export const timeoutRule: Rule = ({ forecast, result: { job }, timeoutMs }) => {
  // Cancelled for another reason, it says nothing of its timeout.
  if (job.error && job.error.code !== 'JOB_TIMEOUT') return undefined;
  const { p50Ms, p95Ms, finishes } = forecast;
  const isCut = finishes.value < 1;
  if (!isCut && p95Ms.value < NEAR * timeoutMs) return undefined;
  const timeout = formatDuration(timeoutMs);
  const numbers = { timeoutMs, p50Ms: p50Ms.value, p95Ms: p95Ms.value, finishes: finishes.value };
  const hint = 'raise PROPERTIES ("timeout" = "<seconds>") in the statement';
  if (!isCut) {
    const part = Math.round((p95Ms.value / timeoutMs) * 100);
    const message = `it needs ${part} % of its timeout of ${timeout} (p95 ${formatDuration(p95Ms.value)})`;
    return { id: 'job-timeout', severity: 'warning', message, hint, numbers };
  }
  const often = `${Math.ceil((1 - finishes.value) * 100)} % of the runs`;
  return {
    id: 'job-timeout',
    severity: 'problem',
    message: `its timeout of ${timeout} is over before it ends, in ${often}: then the job is cancelled`,
    hint,
    numbers,
  };
};

/** A window that is longer than the timeout promises time that the job has not got. */
export const windowBeyondTimeoutRule: Rule = ({ scenario: { windowMs }, timeoutMs }) =>
  windowMs === undefined || windowMs <= timeoutMs
    ? undefined
    : {
        id: 'window-beyond-timeout',
        severity: 'warning',
        message: `the window of ${formatDuration(windowMs)} is longer than the job's timeout of ${formatDuration(timeoutMs)}: the job ends with the timeout`,
        hint: `write PROPERTIES ("timeout" = "${Math.ceil(windowMs / 1000)}") in the statement`,
        numbers: { windowMs, timeoutMs },
      };
