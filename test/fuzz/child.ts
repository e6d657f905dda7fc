import { openSync, readFileSync, writeSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { Dice } from './dice.js';
import { longestCallMs, type Input } from './target.js';
import { targetNamed } from './targets/all.js';
import type { ChildReport, ChildTask } from './protocol.js';

/*
 * Runs inputs one after the other, in a process of its own with little memory. Before each it writes its seed to a file, so
 * that whoever finds this process dead, or busy for too long, knows with what.
 */

const REPORT_MS = 2000;

const task = JSON.parse(process.argv[2]!) as ChildTask;
const target = await targetNamed(task.target);
const noteFile = openSync(task.noteFile, 'w');

const report: ChildReport = {
  runs: 0,
  accepted: 0,
  characters: 0,
  outcomes: {},
  slowestMs: 0,
  slowestSeed: '',
  peakHeapBytes: 0,
  peakHeapSeed: '',
};

/** Undefined if all went well. */
function run(seed: string, input: Input): string | undefined {
  writeSync(noteFile, `${seed.padEnd(40)}\n`, 0);
  try {
    const { outcome, tookMs } = timed(input);
    count(seed, input, outcome, tookMs);
    if (tookMs <= task.mostCpuMs) return undefined;
    // Other work on the same core makes it slower, too: only what is slow twice is slow.
    const again = timed(input).tookMs;
    return again > task.mostCpuMs ? `a call took ${Math.round(again)} ms of processor time` : undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function timed(input: Input): { readonly outcome: string; readonly tookMs: number } {
  longestCallMs();
  const outcome = target.check(input);
  return { outcome, tookMs: longestCallMs() };
}

function count(seed: string, input: Input, outcome: string, tookMs: number): void {
  const heapBytes = getHeapStatistics().used_heap_size;
  report.runs += 1;
  if (outcome === 'accepted') report.accepted += 1;
  report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  for (const text of Object.values(input)) report.characters += text.length;
  if (tookMs > report.slowestMs) [report.slowestMs, report.slowestSeed] = [tookMs, seed];
  if (heapBytes > report.peakHeapBytes) [report.peakHeapBytes, report.peakHeapSeed] = [heapBytes, seed];
}

function tell(message: {
  readonly report?: ChildReport;
  readonly failure?: { seed: string; message: string };
}): void {
  process.send?.(message);
}

function runAll(): void {
  const { seeds, inputFile } = task;
  if (inputFile !== undefined) {
    const message = run(inputFile, JSON.parse(readFileSync(inputFile, 'utf8')) as Input);
    tell({ report, ...(message === undefined ? {} : { failure: { seed: inputFile, message } }) });
    return;
  }
  const endMs = performance.now() + task.mostMs;
  let reportedMs = performance.now();
  for (let i = seeds.first; i <= seeds.last && performance.now() < endMs; i++) {
    const seed = seeds.only ?? String(i);
    const message = run(seed, target.makeInput(new Dice(seed, `fuzz ${target.name}`)));
    if (message !== undefined) {
      tell({ report, failure: { seed, message } });
      return;
    }
    if (performance.now() - reportedMs < REPORT_MS) continue;
    reportedMs = performance.now();
    tell({ report });
  }
  tell({ report });
}

runAll();
process.disconnect?.();
