import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { dataSet, type MadeSet } from '../../bench/throughput/data-sets.js';
import { measureSet, type SetRuns } from '../../bench/throughput/measure.js';
import { backOf, copyOf, type Task, type Tool } from '../../bench/throughput/tool.js';
import { filesBelow, requireWhole, sizeOf } from '../../bench/throughput/tree.js';
import { turns } from '../../bench/throughput/turns.js';

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-throughput-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function madeSet(directory: string): MadeSet {
  const sourceDirectory = path.join(directory, 'source');
  mkdirSync(path.join(sourceDirectory, 'one'), { recursive: true });
  writeFileSync(path.join(sourceDirectory, 'one', 'a'), 'abc');
  writeFileSync(path.join(sourceDirectory, 'b'), 'de');
  return { set: dataSet('small', true), sourceDirectory, size: { files: 2, bytes: 5 } };
}

/** A tool that is a function. */
function toolThat(name: string, copy: (from: string, to: string) => void, log: string[] = []): Tool {
  const timed = async (from: string, to: string) => {
    log.push(name);
    copy(from, to);
    return { wallSec: 1, usage: undefined };
  };
  return {
    name,
    about: { local: 'copies' },
    version: async () => '1',
    open: (task: Task) => ({
      backup: () => timed(task.made.sourceDirectory, copyOf(task)),
      copied: async () => sizeOf(filesBelow(copyOf(task))),
      restore: () => timed(copyOf(task), backOf(task)),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    }),
  };
}

const whole = (from: string, to: string): void => cpSync(from, to, { recursive: true });

function measure(
  directory: string,
  tools: readonly Tool[],
  rounds: number,
  signal = new AbortController().signal,
): Promise<SetRuns> {
  return measureSet({
    made: madeSet(directory),
    tools,
    s3: undefined,
    rounds,
    isRestoring: true,
    workDirectory: directory,
    workers: 1,
    settle: async () => undefined,
    signal,
    say: () => undefined,
  });
}

test('in turns everyone has one in each round, and begins as often as the others', (t) => {
  const all = ['a', 'b', 'c'];
  const rounds = [0, 1, 2, 3].map((round) => turns(all, round));
  for (const round of rounds) t.deepEqual(round.toSorted(), all);
  t.deepEqual(
    rounds.map(([first]) => first),
    ['a', 'b', 'c', 'a'],
  );
  t.deepEqual(turns([], 3), []);
});

test('a copy that lacks a file or a byte, or has one too many, is not whole', (t) => {
  const expected = { files: 2, bytes: 5 };
  t.notThrows(() => requireWhole('the copy', { files: 2, bytes: 5 }, expected));
  for (const found of [
    { files: 1, bytes: 5 },
    { files: 3, bytes: 5 },
    { files: 2, bytes: 4 },
    { files: 2, bytes: 6 },
  ]) {
    t.throws(() => requireWhole('the copy', found, expected), {
      message: /^the copy has . files of . bytes/,
    });
  }
});

test('tools are measured there and back in each round, and leave their space', async (t) => {
  const directory = scratch(t);
  const log: string[] = [];
  const { tools } = await measure(directory, [toolThat('a', whole, log), toolThat('b', whole, log)], 2);
  t.deepEqual(log, ['a', 'a', 'b', 'b', 'b', 'b', 'a', 'a']);
  for (const { backup, restore, failure } of tools) {
    t.is(failure, undefined);
    t.deepEqual([backup.length, restore.length], [2, 2]);
  }
  t.deepEqual(readdirSync(path.join(directory, 'now')), []);
  t.is(sizeOf(filesBelow(path.join(directory, 'over'))).bytes, 0);
});

test('a tool that quietly leaves something out has failed, and the others go on', async (t) => {
  const directory = scratch(t);
  const lossy = toolThat('lossy', (from, to) => {
    whole(from, to);
    rmSync(path.join(to, 'b'));
  });
  const forgetful = toolThat('forgetful', (from, to) => {
    if (from.endsWith('source')) whole(from, to);
  });
  const { tools } = await measure(directory, [lossy, toolThat('fine', whole), forgetful], 2);
  const failures = tools.map(({ failure }) => failure);
  t.regex(failures[0]!, /^the copy has 1 files of 3 bytes where there should be 2 files of 5/);
  t.is(failures[1], undefined);
  t.regex(failures[2]!, /^what was restored has 0 files/);
  t.is(tools[1]!.backup.length, 2);
});

test('an interrupted measurement is none', async (t) => {
  const interrupt = new AbortController();
  const tool = toolThat('a', () => {
    interrupt.abort();
    interrupt.signal.throwIfAborted();
  });
  await t.throwsAsync(measure(scratch(t), [tool], 1, interrupt.signal), { any: true, name: 'AbortError' });
});
