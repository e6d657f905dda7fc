import { progressJson, progressLine, runsJson, runsLine } from '../report/progress.js';
import { formatDuration } from '../base/units.js';
import type { DrillListener, Phase, PhaseProgress, RunsProgress } from '../drill/index.js';

/** Where a command speaks: progress on standard error, so that standard output is the result alone. */
export interface Printer extends DrillListener {
  /** The result: on standard output. */
  readonly result: (text: string) => void;
  /** Something worth knowing on the way. */
  readonly note: (text: string) => void;
  /** What a plan asks next, and how many of the simulations for it are done. */
  readonly onStage: (stage: string) => void;
  readonly onRuns: (progress: RunsProgress) => void;
  /** What is done now, of work that takes a while. */
  readonly onStep: (what: string) => void;
  /** Ends whatever line is being redrawn. */
  readonly done: () => void;
}

const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  data: 'Data',
  backup: 'Backup',
  verify: 'Verify',
  restore: 'Restore',
  compare: 'Compare',
};

/** Plain lines come this far apart: enough to see that it is alive, few enough to read in a log. */
const PLAIN_INTERVAL_MS = 2000;
/** Programs that show how far it is need no more. */
const JSON_INTERVAL_MS = 250;

/** The printer that fits: JSON lines, a line redrawn in place on a terminal, or plain lines. */
export async function createPrinter(options: {
  readonly json: boolean;
  readonly quiet: boolean;
}): Promise<Printer> {
  if (options.json) return jsonPrinter();
  if (options.quiet) return quietPrinter();
  if (!process.stderr.isTTY) return plainPrinter();
  // It takes a twentieth of the time that the command needs to start, and is for who looks on.
  const { createLogUpdate } = await import('log-update');
  return terminalPrinter(createLogUpdate(process.stderr));
}

export const terminalWidth = (): number => Math.max(60, Math.min(120, process.stdout.columns ?? 100));

const writeLine = (stream: NodeJS.WriteStream, text: string): void => void stream.write(`${text}\n`);

function jsonPrinter(): Printer {
  const line = (value: object): void => writeLine(process.stdout, JSON.stringify(value));
  let lastMs = -Infinity;
  return {
    onPhase: (phase, variant, what) => line({ type: 'phase', phase, variant, what }),
    onProgress: (snapshot) =>
      line({ type: 'progress', phase: snapshot.phase, variant: snapshot.variant, ...progressOf(snapshot) }),
    onStage: (stage) => line({ type: 'stage', stage }),
    onStep: (what) => line({ type: 'step', what }),
    onRuns(progress) {
      const nowMs = performance.now();
      if (nowMs - lastMs < JSON_INTERVAL_MS) return;
      lastMs = nowMs;
      line({ type: 'runs', ...runsJson(progress) });
    },
    result: (text) => writeLine(process.stdout, text),
    note: () => undefined,
    done: () => undefined,
  };
}

const progressOf = (snapshot: PhaseProgress): object => progressJson(snapshot);

function quietPrinter(): Printer {
  const nothing = (): void => undefined;
  return {
    onPhase: nothing,
    onProgress: nothing,
    onStage: nothing,
    onRuns: nothing,
    onStep: nothing,
    note: nothing,
    done: nothing,
    result: (text) => writeLine(process.stdout, text),
  };
}

function plainPrinter(): Printer {
  // What is done within the first interval needs no progress.
  let lastMs = performance.now();
  let stage = '';
  return {
    onPhase(phase, variant, what) {
      lastMs = performance.now();
      writeLine(process.stderr, phaseLine(phase, variant, what));
    },
    onProgress(snapshot) {
      const nowMs = performance.now();
      if (nowMs - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs;
      writeLine(process.stderr, `  ${progressLine(snapshot, 100)}`);
    },
    onStage: (next) => {
      stage = next;
    },
    onRuns(progress) {
      const nowMs = performance.now();
      if (nowMs - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs;
      writeLine(process.stderr, runsLine(stage, progress, terminalWidth()));
    },
    onStep: (what) => writeLine(process.stderr, what),
    result: (text) => writeLine(process.stdout, text),
    note: (text) => writeLine(process.stderr, text),
    done: () => undefined,
  };
}

/** What redraws a line in place. */
interface Draw {
  (text: string): void;
  clear(): void;
}

function terminalPrinter(draw: Draw): Printer {
  let heading = '';
  let stage = '';
  let last: PhaseProgress | undefined;
  const finish = (): void => {
    draw.clear();
    if (heading !== '')
      writeLine(process.stderr, `${heading}${last ? `  ${formatDuration(last.elapsedMs)}` : ''}`);
    heading = '';
    last = undefined;
  };
  return {
    onPhase(phase, variant, what) {
      finish();
      heading = phaseLine(phase, variant, what);
      draw(heading);
    },
    onProgress(snapshot) {
      last = snapshot;
      draw(`${heading}\n  ${progressLine(snapshot, terminalWidth() - 4)}`);
    },
    onStage: (next) => {
      stage = next;
    },
    onRuns: (progress) => draw(runsLine(stage, progress, terminalWidth())),
    onStep: (what) => draw(what),
    result(text) {
      finish();
      writeLine(process.stdout, text);
    },
    note(text) {
      finish();
      writeLine(process.stderr, text);
    },
    done: finish,
  };
}

function phaseLine(phase: Phase, variant: string, what: string): string {
  return `${PHASE_TITLES[phase].padEnd(8)}${variant === '' ? '' : `${variant}: `}${what}`;
}

export const useColor = (): boolean => process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
