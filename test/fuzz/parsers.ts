import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { Dice } from './dice.js';
import type { ChildReport, ChildTask } from './protocol.js';
import { TARGET_NAMES, targetNamed } from './targets/all.js';
import { watch } from './watch.js';

/*
 * Gives whatever reads what others wrote (SQL, scenarios, manifests, listings, the journal) inputs that are wrong in many
 * ways, and sees that it answers each with a value or with an error of its input, in bounded time and memory:
 *
 *   npm run fuzz:parsers                                      # a minute each
 *   npm run fuzz:parsers -- --target yaml --minutes 60 --seeds 1..1000000000
 *   npm run fuzz:parsers -- --target yaml --seed 4711         # one input again
 *   npm run fuzz:parsers -- --target yaml --input .drill/fuzz/yaml-4711.json
 */

const SAVED = path.join('.drill', 'fuzz');
const LOG_MS = 60_000;
/** Of one call. A scenario of a few hundred bytes may rightly be of half a million partitions. */
const MOST_CPU_MS: Readonly<Record<string, number>> = { yaml: 20_000 };
const MOST_CPU_MS_ELSE = 2000;
const MIB = 2 ** 20;

interface Options {
  readonly target?: string;
  readonly minutes: string;
  readonly seeds: string;
  readonly seed?: string;
  readonly input?: string;
}

async function main(options: Options): Promise<void> {
  const names = options.target === undefined ? TARGET_NAMES : [options.target];
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-fuzz-'));
  try {
    for (const name of names)
      if (!(await fuzz(name, options, path.join(directory, name)))) process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function taskOf(target: string, { minutes, seeds, seed, input }: Options, noteFile: string): ChildTask {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(seeds) ?? [];
  if (first === undefined || last === undefined) throw new Error(`--seeds ${seeds}: write 1..1000`);
  return {
    target,
    seeds:
      seed === undefined ? { first: Number(first), last: Number(last) } : { first: 0, last: 0, only: seed },
    ...(input === undefined ? {} : { inputFile: input }),
    mostMs: seed === undefined && input === undefined ? Number(minutes) * 60_000 : Number.MAX_SAFE_INTEGER,
    mostCpuMs: MOST_CPU_MS[target] ?? MOST_CPU_MS_ELSE,
    noteFile,
  };
}

/** Whether nothing was found. */
async function fuzz(target: string, options: Options, noteFile: string): Promise<boolean> {
  writeFileSync(noteFile, '');
  const startMs = performance.now();
  let loggedMs = startMs;
  const { report, failure } = await watch(taskOf(target, options, noteFile), (now) => {
    if (performance.now() - loggedMs < LOG_MS) return;
    loggedMs = performance.now();
    console.log(lineOf(target, now, performance.now() - startMs));
  });
  if (report) console.log(lineOf(target, report, performance.now() - startMs));
  if (!failure) return true;
  const { seed, message } = failure;
  console.log(`${target}: seed ${seed} FAILED: ${message}`);
  if (options.input === undefined) console.log(`  input saved in ${await save(target, seed)}`);
  const again = options.input === undefined ? `--seed ${seed}` : `--input ${options.input}`;
  console.log(`  again: npm run fuzz:parsers -- --target ${target} ${again}`);
  return false;
}

async function save(target: string, seed: string): Promise<string> {
  const { makeInput } = await targetNamed(target);
  const input = makeInput(new Dice(seed, `fuzz ${target}`));
  const file = path.join(SAVED, `${target}-${seed.replaceAll(/\W/g, '_').slice(0, 40)}.json`);
  mkdirSync(SAVED, { recursive: true });
  writeFileSync(file, JSON.stringify(input));
  return file;
}

function lineOf(target: string, report: ChildReport, elapsedMs: number): string {
  const { runs, accepted, characters, outcomes, slowestMs, slowestSeed, peakHeapBytes, peakHeapSeed } =
    report;
  const codes = Object.keys(outcomes).filter((code) => code !== 'accepted');
  return [
    `${target}: ${runs} inputs in ${(elapsedMs / 60_000).toFixed(1)} min`,
    `${Math.round((runs / elapsedMs) * 1000)}/s`,
    `${((100 * accepted) / Math.max(1, runs)).toFixed(1)} % accepted`,
    `${Math.round(characters / Math.max(1, runs))} characters each`,
    `slowest call ${Math.round(slowestMs)} ms (seed ${slowestSeed})`,
    `peak heap ${Math.round(peakHeapBytes / MIB)} MiB (seed ${peakHeapSeed})`,
    `codes ${codes.toSorted().join(' ')}`,
  ].join(', ');
}

const program = new Command('fuzz:parsers')
  .option('--target <name>', `one of ${TARGET_NAMES.join(', ')}; default: all`)
  .option('--minutes <count>', 'for each target', '1')
  .option('--seeds <range>', 'which seeds', '1..1000000000')
  .option('--seed <seed>', 'only this one')
  .option('--input <file>', 'a saved input instead');
program.parse();
await main(program.opts<Options>());
