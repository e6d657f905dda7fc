import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ChildReport, ChildTask } from './protocol.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
const LOOK_MS = 500;
/** So long on one input is a hang, even on a machine that has others to serve first. */
const HANG_MS = 60_000;
const MOST_HEAP_MIB = 256;
const STDERR_CHARACTERS = 4000;

export interface Watched {
  readonly report: ChildReport | undefined;
  readonly failure: { readonly seed: string; readonly message: string } | undefined;
}

/** Runs a task in a child with bounded memory, and finds it dead or stuck. */
export function watch(task: ChildTask, onReport: (report: ChildReport) => void): Promise<Watched> {
  return new Promise((resolve) => {
    const child = fork(CHILD, [JSON.stringify(task)], {
      execArgv: [`--max-old-space-size=${MOST_HEAP_MIB}`],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    let report: ChildReport | undefined;
    let failure: Watched['failure'];
    let stderr = '';
    let noted = '';
    let sinceMs = performance.now();
    child.stderr?.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-STDERR_CHARACTERS);
    });
    child.on('message', (message: ChildMessage) => {
      report = message.report ?? report;
      failure = message.failure ?? failure;
      if (report) onReport(report);
    });
    const look = setInterval(() => {
      // Seeds that are run one after the other differ; the report's count tells when one is run again.
      const now = `${noteIn(task)} ${report?.runs ?? 0}`;
      if (now !== noted) [noted, sinceMs] = [now, performance.now()];
      else if (performance.now() - sinceMs > HANG_MS) {
        failure ??= { seed: noteIn(task), message: `it hangs: nothing after ${HANG_MS / 1000} s` };
        child.kill('SIGKILL');
      }
    }, LOOK_MS);
    child.on('close', (code, signal) => {
      clearInterval(look);
      if (code !== 0)
        failure ??= { seed: noteIn(task), message: `its process died (${signal ?? code}):\n${stderr}` };
      resolve({ report, failure });
    });
  });
}

const noteIn = ({ noteFile }: ChildTask): string => readFileSync(noteFile, 'utf8').trim();
