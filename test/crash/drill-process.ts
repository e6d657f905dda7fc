import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { DrillReport } from '../../src/index.js';

const MAIN = path.resolve('dist/drill/main.js');

/** What a drill prints with `--json`, as far as it matters here. */
interface Line {
  readonly type: string;
  readonly phase?: string;
  readonly state?: string;
}

export interface DrillRun {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly killed: boolean;
  readonly report: DrillReport | undefined;
  readonly stderr: string;
}

export interface KillOptions {
  readonly killAt?: (line: Line) => boolean;
  readonly killDelayMs?: number;
  readonly killAfterMs?: number;
}

/**
 * Runs `drill run --data-dir`, and kills it with SIGKILL as soon as `killAt` says so of a line it printed (or `killDelayMs`
 * later), or after `killAfterMs`.
 */
export function runDrillProcess(
  scenario: string,
  dataDirectory: string,
  { killAt, killDelayMs = 0, killAfterMs }: KillOptions = {},
): Promise<DrillRun> {
  return new Promise((resolve, reject) => {
    const args = [MAIN, 'run', scenario, '--data-dir', dataDirectory, '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let rest = '';
    let stderr = '';
    let killed = false;
    let report: DrillReport | undefined;
    const kill = (): void => {
      killed = child.kill('SIGKILL');
    };
    let delay: NodeJS.Timeout | undefined;
    const timer = killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
    child.stdout.on('data', (data: Buffer) => {
      const lines = `${rest}${data.toString()}`.split('\n');
      rest = lines.pop()!;
      for (const text of lines) {
        const line = JSON.parse(text) as Line;
        if (line.type === 'report') report = JSON.parse(text) as DrillReport;
        if (killAt?.(line) !== true) continue;
        if (killDelayMs === 0) kill();
        else delay ??= setTimeout(kill, killDelayMs);
      }
    });
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      clearTimeout(delay);
      resolve({ code, killed: killed && code === null, report, stderr });
    });
  });
}

/** What a run that came to its end must have: a finished backup, proved; and nothing left on any node. Empty if all is right. */
export function faultsOf({ code, report, stderr }: DrillRun, dataDirectory: string): string[] {
  if (code !== 0 || !report) return [`exit code ${code}: ${stderr}`];
  const { measured, restore } = report.variants[0]!;
  const faults: string[] = [];
  if (measured?.job.state !== 'FINISHED') faults.push(`the backup is ${measured?.job.state}`);
  if (restore?.run.job.state !== 'FINISHED') faults.push(`the restore is ${restore?.run.job.state}`);
  faults.push(...(restore?.problems ?? []), ...(restore?.differences ?? []));
  if (restore?.verifiedFiles !== measured?.totals.files) faults.push('not every file was verified');
  if (!restore || restore.comparedFiles === 0) faults.push('nothing was compared');
  return [...faults, ...residueIn(dataDirectory)];
}

/** Snapshots and staged files that are still on the nodes. */
function residueIn(dataDirectory: string): string[] {
  return ['cluster', 'restored'].flatMap((cluster) => {
    const nodes = namesIn(path.join(dataDirectory, cluster));
    return nodes.flatMap((node) =>
      ['snapshot', 'staging'].flatMap((kind) =>
        namesIn(path.join(dataDirectory, cluster, node, kind)).map(
          (job) => `left behind: ${cluster}/${node}/${kind}/${job}`,
        ),
      ),
    );
  });
}

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
