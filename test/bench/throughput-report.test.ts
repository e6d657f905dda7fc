import test from 'ava';
import { fastest, goalResults, hasFailed, ratio } from '../../bench/throughput/comparison.js';
import { dataSet } from '../../bench/throughput/data-sets.js';
import { replaceTables } from '../../bench/throughput/document.js';
import type { Measurement, SetRuns, ToolRuns } from '../../bench/throughput/measure.js';
import { readOptions } from '../../bench/throughput/options.js';
import { reportOf, type Recording, type Roles } from '../../bench/throughput/report.js';
import { limits, ours, oursBundled, oursDurable, rclone, TOOLS } from '../../bench/throughput/tools/index.js';

const ROLES: Roles = { ours, oursDurable, oursBundled, rclone, limits, all: TOOLS };
const [BY_WRITING, BY_COPYING] = limits.map(({ name }) => name) as [string, string];

const took = (...seconds: number[]): Measurement[] =>
  seconds.map((wallSec) => ({ wallSec, ownSec: wallSec / 2 }));
const runsOf = (name: string, ...seconds: number[]): ToolRuns => ({
  name,
  backup: took(...seconds),
  restore: [],
});

const setRuns = (...tools: ToolRuns[]): SetRuns => ({
  set: dataSet('small', false),
  size: { files: 20_200, bytes: 328_499_200 },
  place: 'local',
  tools,
});

const NAMES = { ours: ours.name, rclone: rclone.name, limits: [BY_WRITING, BY_COPYING] };

test('times are compared within each round, and then the median is taken', (t) => {
  const runs = setRuns(runsOf('a', 1, 10, 3), runsOf('b', 2, 10, 1));
  t.is(ratio(runs, 'backup', ['a', 'wallSec'], ['b', 'wallSec']), 1);
  t.is(ratio(runs, 'backup', ['a', 'ownSec'], ['b', 'wallSec']), 0.5);
  t.is(ratio(runs, 'restore', ['a', 'wallSec'], ['b', 'wallSec']), undefined);
  t.is(ratio(runs, 'backup', ['a', 'wallSec'], ['c', 'wallSec']), undefined);
});

test('a tool that failed once is compared with nothing', (t) => {
  const runs = setRuns(runsOf('a', 1, 1), { ...runsOf('b', 0.1), failure: 'it lost a file' });
  t.is(ratio(runs, 'backup', ['a', 'wallSec'], ['b', 'wallSec']), undefined);
  t.is(fastest(runs, 'backup', ['a', 'b']), 'a');
  t.true(hasFailed([runs]));
  t.false(hasFailed([setRuns(runsOf('a', 1))]));
});

test('the limit is the faster one, and goals are met or missed by whole processes', (t) => {
  const runs = setRuns(
    runsOf(ours.name, 1.2),
    runsOf(BY_WRITING, 1),
    runsOf(BY_COPYING, 5),
    runsOf(rclone.name, 1.9),
  );
  t.is(fastest(runs, 'backup', NAMES.limits), BY_WRITING);
  const goals = goalResults([runs], 'backup', NAMES);
  t.deepEqual(
    goals.map(({ against, measured }) => [against, measured <= 2 / 3 || against === 'limit']),
    [
      ['rclone', true],
      ['limit', true],
    ],
  );
  t.is(goals[1]!.measured, 1.2);
  const report = reportOf(recordingOf(runs), 'local', ROLES);
  t.regex(report, /backup +\| small +\| rclone +\| +0.67 × \| +0.63 × \| +0.32 × \| +met/);
  const slower = setRuns(runsOf(ours.name, 1.4), runsOf(BY_WRITING, 1), runsOf(rclone.name, 1.9));
  const missed = reportOf(recordingOf(slower), 'local', ROLES);
  t.regex(missed, /small +\| rclone +\| +0.67 × \| +0.74 × \| +0.37 × \| +missed/);
  t.regex(missed, /small +\| the faster limit +\| +1.30 × \| +1.40 × \| +1.40 × \| +missed/);
});

function recordingOf(...sets: SetRuns[]): Recording {
  return {
    machine: { cpu: 'a processor', cores: 2, node: 'v20' },
    rounds: 1,
    isQuick: false,
    loadBefore: 0.25,
    versions: Object.fromEntries(TOOLS.map(({ name }) => [name, '1.2'])),
    missing: { borg: 'spawn borg ENOENT' },
    s3: undefined,
    sets,
  };
}

test('a report has a row for each tool, says who failed and who was not there, and what each does', (t) => {
  const failed = { ...runsOf(rclone.name), failure: 'the copy has 1 files' };
  const report = reportOf(recordingOf(setRuns(runsOf(ours.name, 2), failed)), 'local', ROLES);
  t.regex(report, /a processor, 2 cores, Node v20; each once; load before: 0.3/);
  t.regex(report, /\| small: 20,000 files, 328 MB \| backup-drill +\| +2.00 s/);
  t.regex(report, /… its job alone +\| +1.00 s/);
  t.regex(report, /rclone +\| failed: the copy has 1 files/);
  t.regex(report, /\*\*backup-drill\*\* \(1.2\) reads each file once/);
  t.regex(report, /\*\*borg\*\* was not there: spawn borg ENOENT/);
  t.notRegex(report, /Restore from/);
  t.notRegex(report, /Tiny sets/);
  t.regex(reportOf({ ...recordingOf(), isQuick: true }, 'local', ROLES), /Tiny sets/);
});

test('tables go between the markers of their place, and nowhere else', (t) => {
  const document =
    'a\n<!-- throughput local: begin -->\nold\n<!-- throughput local: end -->\nb\n<!-- throughput s3: begin -->\n<!-- throughput s3: end -->\nc\n';
  const replaced = replaceTables(document, 'local', 'new\n');
  t.is(replaced, document.replace('\nold\n', '\n\nnew\n\n'));
  t.throws(() => replaceTables('a', 's3', 'new'), { message: /lost its markers/ });
});

test('the command line says which sets, places and tools, and is refused where it is wrong', (t) => {
  const names = TOOLS.map(({ name }) => name);
  const all = readOptions([], names);
  t.deepEqual([all.sets, all.places, all.tools], [['large', 'medium', 'small'], ['local', 's3'], names]);
  t.deepEqual(readOptions(['--tools', 'cp -r, borg'], names).tools, ['cp -r', 'borg']);
  t.is(readOptions(['--quick', '--rounds', '7'], names).rounds, 1);
  t.is(readOptions(['--rounds', '7'], names).rounds, 7);
  for (const [argv, message] of [
    [['--sets', 'huge'], /there is no set huge: large, medium, small/],
    [['--tools', 'cp'], /there is no tool cp: /],
    [['--places', ''], /there is no place/],
    [['--rounds', '0'], /a whole number from 1/],
    [['--frobnicate'], /unknown option/],
    [['--write', '--quick'], /--write goes with all/],
    [['--write', '--sets', 'small'], /--write goes with all/],
    [['--write', '--no-restore'], /--write goes with all/],
  ] as const) {
    t.throws(() => readOptions(argv, names), { message }, argv.join(' '));
  }
  t.true(readOptions(['--write', '--places', 'local'], names).write);
});
