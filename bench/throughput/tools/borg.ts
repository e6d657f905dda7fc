import { runProcess, type ProcessRun } from '../process.js';
import { backOf, copyOf, firstLine, type Task, type Tool } from '../tool.js';
import { filesBelow, sizeOf, type Size } from '../tree.js';

export const borg: Tool = {
  name: 'borg',
  about: {
    local:
      'cuts files into chunks where their content says, computes a SHA-256 and a CRC32 of each, and appends them to segments, which it syncs; on one core. Compression and encryption are off.',
  },
  package: 'borgbackup',
  version: async (signal) => (await firstLine('borg', ['--version'], signal)).replace(/^borg /, ''),
  open(task) {
    const run = (args: readonly string[], cwd?: string): Promise<ProcessRun> =>
      runProcess('borg', args, { cwd, env: environment(task), signal: task.signal });
    const archive = `${copyOf(task)}::throughput`;
    return {
      prepare: async () => void (await run(['init', '--encryption=none', copyOf(task)])),
      backup: () => run(['create', '--compression=none', archive, '.'], task.made.sourceDirectory),
      copied: async () => sizeOfListing((await run(['list', '--json-lines', archive])).stdout),
      restore: () => run(['extract', archive], backOf(task)),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    };
  },
};

/** Nothing of a person's own settings; and no questions. */
const environment = ({ workDirectory }: Task): NodeJS.ProcessEnv => ({
  ...process.env,
  BORG_BASE_DIR: workDirectory,
  BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
});

interface Listed {
  readonly type: string;
  readonly size: number;
}

/** The files of `borg list --json-lines`, where `-` is what `ls -l` has in front of a file. */
export function sizeOfListing(lines: string): Size {
  const listed = lines.split('\n').map((line) => JSON.parse(line) as Listed);
  return sizeOf(listed.filter(({ type }) => type === '-').map(({ size }) => ({ bytes: size })));
}
