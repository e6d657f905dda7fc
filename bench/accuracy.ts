import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { machine, runDrill } from '../src/drill/index.js';
import { loadScenario } from '../src/scenario/index.js';
import type { RunResult } from '../src/world/result.js';

/** Scenarios that are run for real and predicted. None may be tuned for, and the list may only grow. */
const SCENARIOS = ['quickstart', 'scale-nodes', 'small-files', 'exclude-partitions'];
const REPETITIONS = 3;
const DOCUMENT = 'docs/accuracy.md';
const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

interface Row {
  readonly name: string;
  readonly measuredMs: number;
  readonly predictedMs: number;
  readonly errors: string;
}

const nothing = (): void => undefined;
const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-accuracy-'));
const rows: Row[] = [];
try {
  for (const name of SCENARIOS) rows.push(...(await measure(name)));
} finally {
  rmSync(workDirectory, { recursive: true, force: true });
}
const table = render(rows);
console.log(table);
if (process.argv.includes('--write')) write(table);

/** Each variant of a scenario, REPETITIONS times, interleaved; the run of median duration stands for all. */
async function measure(scenarioName: string): Promise<Row[]> {
  const file = `scenarios/${scenarioName}.yaml`;
  const loaded = loadScenario(readFileSync(file, 'utf8'), file);
  const runs = new Map<string, { measured: RunResult; predicted: RunResult }[]>();
  for (let i = 0; i < REPETITIONS; i++) {
    const { variants } = await runDrill(loaded, {
      workDirectory,
      prove: false,
      command: 'accuracy',
      signal: new AbortController().signal,
      listener: {
        onPhase: (_, variant) => process.stderr.write(`${scenarioName} ${variant} ${i + 1}/${REPETITIONS}\n`),
        onProgress: nothing,
      },
    });
    for (const { name, measured, predicted } of variants) {
      if (measured?.job.state !== 'FINISHED') throw new Error(`${name}: ${measured?.job.error?.message}`);
      runs.set(name, [...(runs.get(name) ?? []), { measured, predicted }]);
    }
  }
  return [...runs].map(([name, all]) => {
    const byDuration = all.toSorted((a, b) => a.measured.totals.durationMs - b.measured.totals.durationMs);
    const { measured, predicted } = byDuration[Math.floor(all.length / 2)]!;
    const errors = byDuration.map((run) => percent(error(run.measured, run.predicted))).join(', ');
    return {
      name: name === '' ? scenarioName : `${scenarioName}: ${name}`,
      measuredMs: measured.totals.durationMs,
      predictedMs: predicted.totals.durationMs,
      errors,
    };
  });
}

function error(measured: RunResult, predicted: RunResult): number {
  return predicted.totals.durationMs / measured.totals.durationMs - 1;
}

function percent(value: number): string {
  return `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)} %`;
}

function render(all: readonly Row[]): string {
  const { cpu, cores, node } = machine();
  const absolute = all
    .map(({ measuredMs, predictedMs }) => Math.abs(predictedMs / measuredMs - 1))
    .toSorted((a, b) => a - b);
  const median = absolute[Math.floor(absolute.length / 2)]!;
  return [
    `${cpu}, ${cores} cores, Node ${node}; each ${REPETITIONS} times, the median run and the errors of all.`,
    '',
    '| scenario | measured | predicted | error | errors of all runs |',
    '|---|---|---|---|---|',
    ...all.map(({ name, measuredMs, predictedMs, errors }) => {
      const off = percent(predictedMs / measuredMs - 1);
      return `| ${name} | ${measuredMs.toFixed(0)} ms | ${predictedMs.toFixed(0)} ms | ${off} | ${errors} |`;
    }),
    '',
    `Absolute error: median ${(median * 100).toFixed(1)} %, worst ${(absolute.at(-1)! * 100).toFixed(1)} %.`,
  ].join('\n');
}

function write(measured: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has lost its markers`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${measured}\n\n${END}${after}`);
}
