import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ChildReport, ChildTask } from './protocol.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
const LOOK_MS = 500;
/** So much processor time on one input is a hang. */
const HANG_CPU_MS = 30_000;
/** So long as well, where processor time is not to be had; a machine may have others to serve first. */
const HANG_MS = 600_000;
/** Of a tick in /proc, on any Linux of today. */
const MS_PER_TICK = 10;
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
    let since = { atMs: performance.now(), cpuMs: 0 };
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
      const cpuMs = cpuMsOf(child.pid);
      if (now !== noted) {
        noted = now;
        since = { atMs: performance.now(), cpuMs };
      } else if (cpuMs - since.cpuMs > HANG_CPU_MS || performance.now() - since.atMs > HANG_MS) {
        failure ??= { seed: noteIn(task), message: 'it hangs' };
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

/** Processor time that a process has had; 0 where the system does not tell. */
function cpuMsOf(pid: number | undefined): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return (user! + system!) * MS_PER_TICK;
  } catch {
    return 0;
  }
}
