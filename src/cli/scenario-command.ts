import { DrillError } from '../base/errors.js';
import { renderMarkdown } from '../report/markdown.js';
import { renderTerminal } from '../report/terminal.js';
import {
  loadMeasured,
  loadScenario,
  placeInFile,
  withSettings,
  withSweeps,
  type LoadedScenario,
} from '../scenario/index.js';
import type { HardwareFile } from '../planner/index.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { EXIT } from './exit-codes.js';
import { readHardwareFile, readScenarioFile, writeReport } from './files.js';
import { createPrinter, terminalWidth, type Printer } from './output.js';
import type { ReportOptions } from './report-options.js';

/** Loads a scenario with the settings of the command line, and gives the printer that its options ask for. */
export async function loadFor(
  file: string,
  { set, sweep, json, quiet }: Pick<ReportOptions, 'set' | 'sweep' | 'json' | 'quiet'>,
): Promise<{ readonly text: string; readonly loaded: LoadedScenario; readonly printer: Printer }> {
  const text = withSweeps(withSettings(readScenarioFile(file), settings(set ?? [])), sweep ?? []);
  const loaded = loadScenario(text, file);
  return { text, loaded, printer: await createPrinter({ json: json ?? false, quiet: quiet ?? false }) };
}

/** The file of measured hardware that the options name, if they do. */
export function readHardware({ hardware }: Pick<ReportOptions, 'hardware'>): HardwareFile | undefined {
  if (hardware === undefined) return undefined;
  return { file: hardware, measured: loadMeasured(readHardwareFile(hardware), hardware) };
}

/** Loads a scenario, makes its report, prints and writes it; returns the exit code. */
export async function reportOn(
  file: string,
  options: ReportOptions,
  make: (loaded: LoadedScenario, printer: Printer) => Promise<DrillReport> | DrillReport,
): Promise<number> {
  const { text, loaded, printer } = await loadFor(file, options);
  let report: DrillReport;
  try {
    report = await make(loaded, printer);
  } catch (error) {
    printer.done();
    throw placeInFile(error, loaded.variants[0]!.scenario, file, text);
  }
  if (options.html) {
    // Loaded only when it is wanted: the chart library alone takes longer to load than a plan to make.
    const { renderHtml } = await import('../report/html.js');
    writeReport(options.html, renderHtml(report));
  }
  if (options.markdown) writeReport(options.markdown, renderMarkdown(report));
  if (options.json) printer.result(JSON.stringify({ type: 'report', ...report }));
  else printer.result(renderTerminal(report, { color: useColor(), width: terminalWidth() }));
  for (const written of [options.html, options.markdown])
    if (written) printer.note(`Report written to ${written}`);
  return exitCodeOf(report);
}

function settings(assignments: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const at = assignment.indexOf('=');
      if (at > 0) return [assignment.slice(0, at).trim(), assignment.slice(at + 1).trim()];
      throw new DrillError('USAGE', `--set ${assignment}: write key=value, as in --set cluster.nodes=8`);
    }),
  );
}

const useColor = (): boolean => process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** A failed job or an unproved backup is a failure; a prediction that misses the window is its own code. */
function exitCodeOf({ variants, scenario }: DrillReport): number {
  const failed = variants.some(
    ({ predicted, measured, restore }) =>
      (measured ?? predicted).job.state !== 'FINISHED' ||
      (restore &&
        (restore.run.job.state !== 'FINISHED' ||
          restore.problems.length > 0 ||
          restore.differences.length > 0)),
  );
  if (failed) return EXIT.failed;
  const { windowMs } = scenario;
  return variants.some((variant) => misses(variant, windowMs)) ? EXIT.doesNotFit : EXIT.ok;
}

/** Whether a prediction does not fit the window, or no value of a knob that was to be found does. */
function misses({ predicted, outlook }: VariantReport, windowMs: number | undefined): boolean {
  if (outlook?.fit) return outlook.fit.found === undefined;
  if (windowMs === undefined) return false;
  const fits = outlook?.forecast.fits;
  return fits ? fits.value < outlook.forecast.wanted : predicted.totals.durationMs > windowMs;
}
