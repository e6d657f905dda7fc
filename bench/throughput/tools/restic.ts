import path from 'node:path';
import { runProcess, type ProcessRun } from '../process.js';
import { backOf, copyOf, firstLine, type Task, type Tool } from '../tool.js';
import { filesBelow, sizeOf, type Size } from '../tree.js';

const ABOUT =
  'cuts files into chunks where their content says, computes a SHA-256 of each, encrypts them, and packs them into temporary files of some MiB, which it reads for another SHA-256 and again to send them';
const OFF = 'Compression is off.';

export const restic: Tool = {
  name: 'restic',
  about: { local: `${ABOUT}, and syncs them. ${OFF}`, s3: `${ABOUT}. ${OFF}` },
  package: 'restic',
  version: async (signal) => (await firstLine('restic', ['version'], signal)).split(' ')[1]!,
  open(task) {
    const run = (args: readonly string[], cwd?: string): Promise<ProcessRun> =>
      runProcess('restic', ['--quiet', ...args], { cwd, env: environment(task), signal: task.signal });
    return {
      prepare: async () => void (await run(['init'])),
      backup: () => run(['backup', '--compression=off', '.'], task.made.sourceDirectory),
      copied: async () => sizeOfListing((await run(['ls', '--json', 'latest'])).stdout),
      restore: () => run(['restore', 'latest', '--target', backOf(task)]),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    };
  },
};

function environment(task: Task): NodeJS.ProcessEnv {
  const { s3, workDirectory } = task;
  return {
    ...(s3 ? s3.server.environment : process.env),
    // Encryption cannot be switched off; whoever reads a made-up data set may.
    RESTIC_PASSWORD: 'throughput',
    RESTIC_CACHE_DIR: path.join(workDirectory, 'restic-cache'),
    RESTIC_REPOSITORY: s3 ? `s3:${s3.server.endpoint}/${s3.server.bucket}/${s3.prefix}` : copyOf(task),
  };
}

interface Listed {
  readonly type?: string;
  readonly size?: number;
}

/** The files of `restic ls --json`: after a line of the snapshot, a line for each. Empty ones have no size. */
export function sizeOfListing(lines: string): Size {
  const listed = lines.split('\n').map((line) => JSON.parse(line) as Listed);
  const files = listed.filter(({ type }) => type === 'file');
  return sizeOf(files.map(({ size }) => ({ bytes: size ?? 0 })));
}
