import { plural } from '../base/text.js';
import { formatCount, formatDuration } from '../base/units.js';
import type { FuzzFailure, FuzzOutcome } from '../drill/index.js';
import { EXPECTED, missingOf, type Tally } from '../fuzz/index.js';

const MS_PER_HOUR = 3_600_000;

/** So many runs meet everything that there is, or there is something wrong with how cases are drawn. */
export const RUNS_FOR_COVERAGE = 20_000;

/** What a search did and found. */
export function fuzzReport(outcome: FuzzOutcome, build: string): string {
  const { tally, failures, elapsedMs, ended } = outcome;
  const perSec = (count: number): string => formatCount(Math.round((1000 * count) / elapsedMs));
  const lines = [
    `${formatCount(tally.runs)} runs in ${formatDuration(elapsedMs)} (${perSec(tally.runs)} a second; ended: ${ended}), ${build}`,
    `${formatCount(tally.jobs)} jobs (${perSec(tally.jobs)} a second), ${formatCount(tally.operations)} operations, ` +
      `${(tally.virtualMs / MS_PER_HOUR).toFixed(1)} virtual hours`,
    `${plural(tally.replays, 'run')} again: each gave the same trace`,
    `faults       ${counts(tally.faults)}`,
    `messages     ${counts(tally.messages)}`,
    `errors       ${counts(tally.errors)}`,
    `states       ${covered(tally, 'states')}`,
    `transitions  ${covered(tally, 'transitions')}`,
    `fault kinds  ${covered(tally, 'faults')}`,
  ];
  const missing = missingOf(tally);
  if (missing.length > 0) lines.push(`never met    ${missing.join(', ')}`);
  lines.push(failures.length === 0 ? 'No failure.' : plural(failures.length, 'failing seed'));
  return lines.join('\n');
}

/** A failure: what is wrong, and the command that shows it again. */
export function failureText(failure: FuzzFailure, build: string, file: string | undefined): string {
  const { seed, violations, shrunk } = failure;
  const lines = [`seed ${seed} (${build})`];
  for (const { checker, atMs, message } of violations.slice(0, 3))
    lines.push(`  ${checker}, at ${formatDuration(atMs)}: ${message}`);
  if (shrunk && file !== undefined) {
    const { faults = [] } = shrunk.case.scenario;
    lines.push(`  smallest, after ${shrunk.runs} runs: ${shrunk.violation.message}`);
    lines.push(`  its faults: ${faults.map((fault) => JSON.stringify(fault)).join(', ') || 'none'}`);
    lines.push(`  npx drill fuzz --replay ${file}`);
  }
  lines.push(`  npx drill fuzz --seeds ${seed}..${seed}`);
  return lines.join('\n');
}

function counts(of: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(of).sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ') || 'none';
}

function covered(tally: Tally, part: keyof typeof EXPECTED): string {
  const met = EXPECTED[part].filter((name) => tally[part][name] !== undefined).length;
  return `${met} of ${EXPECTED[part].length}`;
}
