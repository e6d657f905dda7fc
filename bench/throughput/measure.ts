import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { emptyFiles } from '../../src/drill/empty-files.js';
import type { MadeSet } from './data-sets.js';
import type { S3Server } from './s3-server.js';
import type { ProcessUsage } from './process.js';
import type { Place, Timed, Tool } from './tool.js';
import { requireWhole, warm } from './tree.js';
import { turns } from './turns.js';

export const DIRECTIONS = ['backup', 'restore'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface Measurement {
  readonly wallSec: number;
  readonly ownSec?: number;
  readonly usage?: ProcessUsage;
}

/** What one tool did with one set: a measurement a round, of each direction; or why it has none. */
export interface ToolRuns {
  readonly name: string;
  readonly backup: readonly Measurement[];
  readonly restore: readonly Measurement[];
  /** One that failed is not compared: it may have been fast because it left something out. */
  readonly failure?: string;
}

export interface SetRuns {
  readonly set: MadeSet['set'];
  readonly size: MadeSet['size'];
  readonly place: Place;
  readonly tools: readonly ToolRuns[];
}

export interface MeasureOptions {
  readonly made: MadeSet;
  readonly tools: readonly Tool[];
  readonly s3: S3Server | undefined;
  readonly rounds: number;
  readonly isRestoring: boolean;
  readonly workDirectory: string;
  readonly workers: number;
  /** Before each measurement: has what was done before disturb it as little as can be. */
  readonly settle: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Has all tools copy a set away and back, in turns, so that whatever else the machine does hits them alike. */
export async function measureSet(options: MeasureOptions): Promise<SetRuns> {
  const { made, tools, s3, rounds, signal, say } = options;
  const place: Place = s3 ? 's3' : 'local';
  const runs = new Map(
    tools.map((tool) => [tool, { backup: [] as Measurement[], restore: [] as Measurement[] }]),
  );
  const failures = new Map<Tool, string>();
  for (let round = 0; round < rounds; round++) {
    for (const tool of turns(tools, round)) {
      if (failures.has(tool)) continue;
      const what = `${made.set.name}, ${place}, ${round + 1}/${rounds}: ${tool.name}`;
      try {
        const { backup, restore } = await measureOnce(tool, `${made.set.name}-${place}-${round}`, options);
        runs.get(tool)!.backup.push(backup);
        if (restore) runs.get(tool)!.restore.push(restore);
        const seconds = [backup, restore].map((one) => (one ? `${one.wallSec.toFixed(2)} s` : ''));
        say(`${what} ${seconds.join(' ').trim()}`);
      } catch (error) {
        if (signal.aborted) throw error;
        failures.set(tool, (error as Error).message);
        say(`${what} FAILED: ${(error as Error).message}`);
      }
    }
  }
  return {
    set: made.set,
    size: made.size,
    place,
    tools: tools.map((tool) => {
      const failure = failures.get(tool);
      return { name: tool.name, ...runs.get(tool)!, ...(failure === undefined ? {} : { failure }) };
    }),
  };
}

async function measureOnce(
  tool: Tool,
  run: string,
  { made, s3, isRestoring, workDirectory, workers, settle, signal }: MeasureOptions,
): Promise<{ backup: Measurement; restore: Measurement | undefined }> {
  const name = `${run}-${tool.name.replaceAll(/\W+/g, '_')}`;
  const runDirectory = path.join(workDirectory, 'now', name);
  for (const part of ['copy', 'back']) mkdirSync(path.join(runDirectory, part), { recursive: true });
  const prefix = `throughput-${process.pid}/${name}`;
  const copying = tool.open({
    made,
    workDirectory,
    runDirectory,
    s3: s3 && { server: s3, prefix },
    workers,
    signal,
  });
  const timed = async (work: () => Promise<Timed>): Promise<Measurement> => {
    await settle();
    warm(made.sourceDirectory);
    return measurementOf(await work());
  };
  try {
    await copying.prepare?.();
    const backup = await timed(copying.backup);
    requireWhole('the copy', await copying.copied(), made.size);
    if (!isRestoring) return { backup, restore: undefined };
    const restore = await timed(copying.restore);
    requireWhole('what was restored', await copying.restored(), made.size);
    return { backup, restore };
  } finally {
    putAside(runDirectory, workDirectory);
    if (!signal.aborted) await s3?.empty(prefix);
  }
}

const measurementOf = ({ wallSec, ownSec, usage }: Timed): Measurement => ({
  wallSec,
  ...(ownSec === undefined ? {} : { ownSec }),
  ...(usage ? { usage } : {}),
});

/** Gives back the space; what is left is removed when nothing is measured any more: see `emptyFiles`. */
function putAside(runDirectory: string, workDirectory: string): void {
  emptyFiles(runDirectory);
  const over = path.join(workDirectory, 'over');
  mkdirSync(over, { recursive: true });
  renameSync(runDirectory, path.join(over, String(readdirSync(over).length)));
}
