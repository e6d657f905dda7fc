import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { VERSION } from '../../src/base/version.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { machine } from '../../src/drill/index.js';
import { makeWorkDirectory } from '../work-directory.js';
import { aThird, chosen, loadCases, type Case } from './cases.js';
import { compare, summarizeClass } from './comparison.js';
import { replaceMeasured } from './document.js';
import { hardwareFor } from './hardware.js';
import { readOptions, type Options } from './options.js';
import { predictor } from './prediction.js';
import { faultsOf, LEAST_REPETITIONS, runsOf, type Recording } from './recording.js';
import { renderReport, type Report } from './render.js';
import { makeData, runCase, type RunOptions } from './run-case.js';
import { openS3Place, type S3Place } from './s3-place.js';
import { runInterleaved, type Measurements } from './schedule.js';

const DOCUMENT = 'docs/accuracy.md';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The whole suite: measures, or takes up what was measured before, predicts, reports. Returns the exit code. */
export async function accuracy(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  const all = loadCases();
  const { cases: wanted, unknown } = chosen(all, options.names);
  if (unknown.length > 0) {
    say(
      `there is no scenario ${unknown.join(', ')}; there are:\n  ${all.map(({ name }) => name).join('\n  ')}`,
    );
    return EXIT.usage;
  }
  if (options.write && options.from === undefined && !isWhole(options)) {
    say(
      `--write is for the whole suite: no names, no --quick, --repetitions of at least ${LEAST_REPETITIONS}`,
    );
    return EXIT.usage;
  }
  const recording =
    options.from === undefined ? await measure(wanted, options) : takeUp(options.from, options);
  if (recording === undefined) return EXIT.interrupted;
  const report = reportOn(recording, wanted, all);
  if (options.json !== undefined) writeJson(options.json, recording, report);
  const text = await formatted(renderReport(report));
  process.stdout.write(`${text}\n`);
  const faults = faultsOf(recording, all, wanted);
  if (options.write && faults.length > 0) say(`Not written to ${DOCUMENT}:\n  ${faults.join('\n  ')}`);
  if (options.write && faults.length === 0) {
    writeFileSync(DOCUMENT, await formatted(replaceMeasured(readFileSync(DOCUMENT, 'utf8'), text)));
    say(`Written to ${DOCUMENT}.`);
  }
  const isFine = recording.failures.length === 0 && !(options.write && faults.length > 0);
  return isFine ? EXIT.ok : EXIT.failed;
}

const isWhole = ({ names, quick, repetitions }: Options): boolean =>
  names.length === 0 && !quick && repetitions >= LEAST_REPETITIONS;

/** Runs everything for real. Undefined if it was interrupted. */
async function measure(wanted: readonly Case[], options: Options): Promise<Recording | undefined> {
  const cases = options.quick ? aThird(wanted) : wanted;
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  const workDirectory = makeWorkDirectory(options.workDir, 'accuracy');
  let s3: S3Place | undefined;
  try {
    if (cases.some(({ kind }) => kind === 's3')) s3 = await openS3Place(process.env);
    const about = s3?.about;
    const runOptions: RunOptions = { workDirectory, s3, signal };
    await makeAllData(cases, runOptions);
    const hardware = await hardwareFor(cases, options, runOptions, say);
    const recordingOf = ({ runs, failures }: Measurements): Recording => ({
      version: VERSION,
      machine: machine(),
      repetitions: options.repetitions,
      isQuick: options.quick,
      ...(about === undefined ? {} : { s3: about }),
      hardware,
      cases: cases.map(({ name, digest }) => ({ name, digest, runs: runs.get(name) ?? [] })),
      failures,
    });
    const predict = predictor(hardware);
    const measurements = await runInterleaved({
      cases,
      repetitions: options.repetitions,
      signal,
      expectedMs: (one) => predict(one).predicted.totals.durationMs,
      run: (one, round) => runCase(one, round, runOptions),
      onRound: (soFar) => {
        if (options.json !== undefined) writeJson(options.json, recordingOf(soFar));
      },
      say,
      nowMs: () => performance.now(),
    });
    return recordingOf(measurements);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
    await s3?.close();
    interrupt.dispose();
  }
}

/** Before anything is measured, so that writing gigabytes is over by then. */
async function makeAllData(cases: readonly Case[], options: RunOptions): Promise<void> {
  say(`Making the data of ${cases.length} scenarios in ${options.workDirectory}`);
  for (const one of cases) await makeData(one, options);
  try {
    execFileSync('sync');
  } catch {
    // Systems without it write their memory back when they like, and a run may meet that.
  }
}

/** A recording of before; hardware that is given replaces that with which it was predicted. */
function takeUp(file: string, { hardware }: Options): Recording {
  const { recording } = JSON.parse(readFileSync(file, 'utf8')) as { readonly recording: Recording };
  const given = [...hardware].map(([kind, name]) => [kind, readFileSync(name, 'utf8')] as const);
  return { ...recording, hardware: { ...recording.hardware, ...Object.fromEntries(given) } };
}

/** Predicts all that was measured of the wanted cases, and compares. */
function reportOn(recording: Recording, wanted: readonly Case[], all: readonly Case[]): Report {
  const runs = runsOf(recording, all);
  const predict = predictor(recording.hardware);
  const rows = wanted.flatMap((one) => {
    const own = runs.get(one.name) ?? [];
    if (own.length === 0) return [];
    const { predicted, byLimitsAlone } = predict(one);
    return [{ ...compare(one, own, predicted), byLimitsAloneMs: byLimitsAlone.totals.durationMs }];
  });
  const summaries = (['limited', 'unlimited'] as const).flatMap(
    (caseClass) => summarizeClass(caseClass, rows) ?? [],
  );
  return { recording, rows, summaries };
}

function writeJson(file: string, recording: Recording, report?: Report): void {
  const computed = report ? { rows: report.rows, summaries: report.summaries } : {};
  writeFileSync(file, `${JSON.stringify({ recording, ...computed })}\n`);
}

/** As `npm run format` would have it. */
async function formatted(markdown: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}
