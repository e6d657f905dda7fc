import { markdownTable } from '../peers/comparison.js';
import { fastest, goalResults, measurementsOf, medianOf, ratio, type GoalResult } from './comparison.js';
import { DIRECTIONS, type Direction, type SetRuns } from './measure.js';
import { isFor, type Place, type Tool } from './tool.js';

/** All that was measured, and what it was measured on. */
export interface Recording {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly rounds: number;
  readonly isQuick: boolean;
  /** Of the system, over a minute, before anything was measured: more than a little, and all of it says less. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Those that are not installed, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly s3: string | undefined;
  readonly sets: readonly SetRuns[];
}

/** Who is who among the tools. */
export interface Roles {
  readonly ours: Tool;
  readonly oursDurable: Tool;
  readonly oursBundled: Tool;
  readonly rclone: Tool;
  readonly limits: readonly Tool[];
  readonly all: readonly Tool[];
}

const PLACE_TEXT: Readonly<Record<Place, string>> = {
  local: 'a directory on the same disk',
  s3: 'S3',
};
const DIRECTION_TEXT: Readonly<Record<Direction, string>> = { backup: 'Backup to', restore: 'Restore from' };

/** Of one place: its tables, what was asked, and what each row is. In Markdown. */
export function reportOf(recording: Recording, place: Place, roles: Roles): string {
  const sets = recording.sets.filter((runs) => runs.place === place);
  const directions = DIRECTIONS.filter((direction) =>
    sets.some(({ tools }) => tools.some((tool) => tool[direction].length > 0)),
  );
  const goals = directions.flatMap((direction) => goalResults(sets, direction, namesOf(roles)));
  return [
    heading(recording, place),
    ...directions.flatMap((direction) => [
      `${DIRECTION_TEXT[direction]} ${PLACE_TEXT[place]}:`,
      timesTable(sets, direction, roles),
    ]),
    ...(goals.length === 0 ? [] : ['What was asked of ours, and what it is:', goalsTable(goals)]),
    'What each of them does:',
    explanations(recording, place, sets, roles),
  ].join('\n\n');
}

const namesOf = ({ ours, rclone, limits }: Roles) => ({
  ours: ours.name,
  rclone: rclone.name,
  limits: limits.map(({ name }) => name),
});

function heading({ machine, rounds, isQuick, loadBefore, s3 }: Recording, place: Place): string {
  const { cpu, cores, node } = machine;
  const times = rounds === 1 ? 'each once' : `medians of ${rounds} rounds, in turns`;
  const where = place === 's3' ? `; ${s3}` : '';
  const size = isQuick ? ' **Tiny sets: these figures say nothing.**' : '';
  return `${cpu}, ${cores} cores, Node ${node}; ${times}${where}; load before: ${loadBefore.toFixed(1)}.${size}`;
}

const TIMES_HEADER = [
  'set',
  'tool',
  'seconds',
  'least to most',
  'MB/s',
  'processor',
  'read',
  'written',
  'ours takes',
  '× the limit',
];
const LEFT_COLUMNS = 2;

function timesTable(sets: readonly SetRuns[], direction: Direction, roles: Roles): string {
  return markdownTable(
    TIMES_HEADER,
    sets.flatMap((runs) => rowsOf(runs, direction, roles)),
    LEFT_COLUMNS,
  );
}

function rowsOf(runs: SetRuns, direction: Direction, roles: Roles): string[][] {
  const limit = fastest(runs, direction, namesOf(roles).limits);
  const rows = runs.tools.flatMap(({ name, failure }) => {
    if (failure !== undefined) return [[name, `failed: ${failure}`, ...new Array<string>(7).fill('')]];
    const isOurs = name === roles.ours.name;
    const whole = row(runs, direction, name, isOurs ? undefined : roles.ours.name, limit);
    return isOurs || name === roles.oursDurable.name || name === roles.oursBundled.name
      ? [whole, jobRow(runs, direction, name, limit)]
      : [whole];
  });
  return rows.map((cells, i) => [i === 0 ? setText(runs) : '', ...cells]);
}

const setText = ({ set, size }: SetRuns): string => {
  const { directories, filesPerDirectory } = set;
  const files = (directories * filesPerDirectory).toLocaleString('en-US');
  return `${set.name}: ${files} files, ${megabytes(size.bytes)} MB`;
};

function row(
  runs: SetRuns,
  direction: Direction,
  name: string,
  ours: string | undefined,
  limit: string | undefined,
): string[] {
  const measured = measurementsOf(runs, name, direction);
  const { bytes } = runs.size;
  const times = (value: number | undefined): string =>
    value === undefined ? '' : `${(value / bytes).toFixed(1)} ×`;
  const sec = medianOf(measured, ({ wallSec }) => wallSec);
  return [
    name,
    seconds(sec),
    spread(measured.map(({ wallSec }) => wallSec)),
    sec === undefined ? '' : megabytes(bytes / sec),
    seconds(medianOf(measured, ({ usage }) => usage?.cpuSec)),
    times(medianOf(measured, ({ usage }) => usage?.readBytes)),
    times(medianOf(measured, ({ usage }) => usage?.writtenBytes)),
    ours === undefined ? '' : factor(ratio(runs, direction, [ours, 'wallSec'], [name, 'wallSec'])),
    limit === undefined ? '' : factor(ratio(runs, direction, [name, 'wallSec'], [limit, 'wallSec'])),
  ];
}

/** The job without the process around it, against the work of the limit without its process. */
function jobRow(runs: SetRuns, direction: Direction, name: string, limit: string | undefined): string[] {
  const measured = measurementsOf(runs, name, direction);
  const sec = medianOf(measured, ({ ownSec }) => ownSec);
  return [
    '… its job alone',
    seconds(sec),
    spread(measured.flatMap(({ ownSec }) => ownSec ?? [])),
    sec === undefined ? '' : megabytes(runs.size.bytes / sec),
    ...new Array<string>(4).fill(''),
    limit === undefined ? '' : factor(ratio(runs, direction, [name, 'ownSec'], [limit, 'ownSec'])),
  ];
}

const seconds = (sec: number | undefined): string => (sec === undefined ? '' : `${sec.toFixed(2)} s`);
const factor = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(2)} ×`);
const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en-US');
const spread = (values: readonly number[]): string =>
  values.length < 2 ? '' : `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} s`;

function goalsTable(goals: readonly GoalResult[]): string {
  return markdownTable(
    ['of', 'set', 'against', 'at most', 'measured', 'its job alone', ''],
    goals.map(({ direction, set, against, atMost, measured, jobAlone }) => [
      direction,
      set,
      against === 'limit' ? 'the faster limit' : 'rclone',
      factor(atMost),
      factor(measured),
      factor(jobAlone),
      measured <= atMost ? 'met' : 'missed',
    ]),
    3,
  );
}

function explanations(
  { versions, missing }: Recording,
  place: Place,
  sets: readonly SetRuns[],
  { all }: Roles,
): string {
  const measured = new Set(sets.flatMap(({ tools }) => tools.map(({ name }) => name)));
  const present = all.filter(({ name }) => measured.has(name));
  const absent = all.filter((tool) => isFor(tool, place) && missing[tool.name] !== undefined);
  return [
    ...present.map(({ name, about }) => `- **${name}** (${versions[name]}) ${about[place]}`),
    ...absent.map(({ name }) => `- **${name}** was not there: ${missing[name]}`),
  ].join('\n');
}
