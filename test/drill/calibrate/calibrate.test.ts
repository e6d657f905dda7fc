import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { DrillError } from '../../../src/base/errors.js';
import { calibrate } from '../../../src/drill/calibrate/index.js';
import type { Effort } from '../../../src/drill/calibrate/effort.js';
import { SHAPES } from '../../../src/drill/calibrate/trials.js';
import { loadMeasured } from '../../../src/scenario/index.js';

/** As little as there can be: nothing here is about how good the figures are. */
const LITTLE: Effort = {
  rounds: 1,
  roundMs: 4,
  climbWithinMs: 0,
  runs: 1,
  runMs: 5,
  runBytes: 2 ** 20,
  runFiles: 40,
  repeatWithinMs: 0,
  evaluations: 6,
};

/** One that is fitted to, and one that is held back. */
const FEW = [SHAPES[2]!, SHAPES.at(-1)!];

const NEVER = new AbortController().signal;
const ignore = (): void => undefined;

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-calibrate-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test.serial(
  'a calibration gives a hardware file with every figure and every run, and leaves nothing',
  async (t) => {
    await withDirectory(async (directory) => {
      const workDirectory = path.join(directory, 'work');
      const repository = path.join(directory, 'repository');
      mkdirSync(repository);
      writeFileSync(path.join(repository, 'mine'), '');
      const steps: string[] = [];
      const { text, hardware } = await calibrate(
        { workDirectory, repository, quick: true, signal: NEVER, onStep: (what) => steps.push(what) },
        LITTLE,
        FEW,
      );
      t.deepEqual(loadMeasured(text, 'file'), hardware);
      const { node, host, coordinator, origin } = hardware;
      for (const value of [node.diskBytesPerSec, node.hashBytesPerSec, node.linkMs, host.cores])
        t.true(value > 0 && value < Infinity);
      for (const value of Object.values(coordinator)) t.true(value > 0 && value < Infinity);
      t.is(host.nodes, 'all');
      t.regex(text, /^ {4}nodes: all # .*make it 1 before planning/m);
      t.is(hardware.repository.type, 'local');
      t.deepEqual(
        origin.fit.map(({ scenario, use }) => [scenario, use]),
        FEW.map(({ name, use }) => [name, use]),
      );
      for (const { measured, predicted } of origin.fit) t.true(measured > 0 && predicted > 0);
      t.true(steps.length > FEW.length);
      t.deepEqual(readdirSync(workDirectory), []);
      t.deepEqual(readdirSync(repository), ['mine']);
    });
  },
);

for (const at of ['this machine', 'the repository', 'run 2', 'fitting']) {
  test.serial(`interrupted at '${at}', a calibration says so and leaves nothing`, async (t) => {
    await withDirectory(async (directory) => {
      const abort = new AbortController();
      const onStep = (what: string): void => {
        if (what.startsWith(at)) setTimeout(() => abort.abort(), 5);
      };
      // So much to do that it cannot be done before the signal comes.
      const evaluations = at === 'fitting' ? 5000 : 1;
      const options = { workDirectory: directory, quick: true, signal: abort.signal, onStep };
      await t.throwsAsync(() => calibrate(options, { ...LITTLE, evaluations }, FEW), {
        code: 'INTERRUPTED',
      });
      t.deepEqual(readdirSync(directory), []);
    });
  });
}

test.serial(
  'what a killed calibration left is removed by the next, and what a living one or a person has is not',
  async (t) => {
    await withDirectory(async (directory) => {
      const named = (name: string, owner: string | undefined): string => {
        const made = path.join(directory, name);
        mkdirSync(made);
        if (owner !== undefined) writeFileSync(path.join(made, '.backup-drill-calibration'), owner);
        return made;
      };
      const dead = named('backup-drill-calibration-AAAAAA', JSON.stringify({ pid: 2 ** 22 + 1 }));
      const alive = named('backup-drill-calibration-BBBBBB', JSON.stringify({ pid: process.pid }));
      const mine = named('backup-drill-calibration-CCCCCC', undefined);
      const abort = new AbortController();
      const options = {
        workDirectory: directory,
        quick: true,
        signal: abort.signal,
        onStep: () => abort.abort(),
      };
      await t.throwsAsync(() => calibrate(options, LITTLE), { code: 'INTERRUPTED' });
      t.deepEqual([dead, alive, mine].map(existsSync), [false, true, true]);
    });
  },
);

test.serial('a disk without room is refused before anything is measured', async (t) => {
  await withDirectory(async (directory) => {
    const steps: string[] = [];
    const error = await t.throwsAsync(
      () =>
        calibrate(
          { workDirectory: directory, quick: true, signal: NEVER, onStep: (what) => steps.push(what) },
          { ...LITTLE, runBytes: 2 ** 60 },
        ),
      { instanceOf: DrillError, code: 'DISK_FULL' },
    );
    t.regex(error.hint!, /--quick/);
    t.deepEqual(steps, []);
    t.deepEqual(readdirSync(directory), []);
  });
});

/** Enough files that every shape counts as one of large files. */
const ALL_LARGE = { ...LITTLE, runFiles: 1e12 };

for (const [count, share, code] of [
  [0, 16, 'INTERRUPTED'],
  [60, 64, 'DISK_FULL'],
] as const) {
  test.serial(`room is needed for what is run: ${count} shapes on a disk of ${share} runs`, async (t) => {
    await withDirectory(async (directory) => {
      const { bavail, bsize } = statfsSync(directory);
      const abort = new AbortController();
      const onStep = (): void => abort.abort();
      const options = { workDirectory: directory, quick: true, signal: abort.signal, onStep };
      const effort = { ...ALL_LARGE, runBytes: Math.floor((bavail * bsize) / share) };
      const shapes = Array.from({ length: count }, () => SHAPES[0]!);
      await t.throwsAsync(() => calibrate(options, effort, shapes), { code });
    });
  });
}

const REFUSED = [
  ['nowhere', {}, 'REPOSITORY_UNREADABLE', /there is no directory/],
  ['package.json', {}, 'REPOSITORY_UNREADABLE', /is not a directory/],
  [undefined, { region: 'x' }, 'USAGE', /are for a repository on S3/],
  ['s3://b', {}, 'SQL_PROPERTY', /./],
] as const;

for (const [repository, more, code, says] of REFUSED) {
  test.serial(
    `refused: the repository ${repository ?? 'of a local disk'} ${JSON.stringify(more)}`,
    async (t) => {
      await withDirectory(async (directory) => {
        const options = {
          workDirectory: directory,
          repository,
          quick: true,
          signal: NEVER,
          onStep: ignore,
          ...more,
        };
        await t.throwsAsync(() => calibrate(options, LITTLE), { code, message: says });
        t.deepEqual(readdirSync(directory), []);
      });
    },
  );
}
