import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProcess, type ProcessRun } from '../process.js';
import { backOf, copyOf, firstLine, type Task, type Tool } from '../tool.js';
import { filesBelow, sizeOf } from '../tree.js';

/** As many files are on their way at once. */
const TRANSFERS = 8;

const rcloneWith = (tool: Pick<Tool, 'name' | 'about'>, flags: readonly string[]): Tool => ({
  ...tool,
  package: 'rclone',
  version: async (signal) => (await firstLine('rclone', ['version'], signal)).replace(/^rclone v?/, ''),
  open(task) {
    const { made, s3 } = task;
    const remote = s3 ? `drill:${s3.server.bucket}/${s3.prefix}` : copyOf(task);
    const copy = (from: string, to: string): Promise<ProcessRun> =>
      runProcess('rclone', ['copy', `--transfers=${TRANSFERS}`, ...flags, from, to], {
        env: environment(task),
        signal: task.signal,
      });
    return {
      backup: () => copy(made.sourceDirectory, remote),
      copied: async () => sizeOf(s3 ? await s3.server.list(s3.prefix) : filesBelow(copyOf(task))),
      restore: () => copy(remote, backOf(task)),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    };
  },
});

/** Its settings in the environment, and an empty file of settings, so that a person's own change nothing. */
function environment({ s3, workDirectory }: Task): NodeJS.ProcessEnv {
  const config = path.join(workDirectory, 'rclone.conf');
  writeFileSync(config, '');
  if (!s3) return { ...process.env, RCLONE_CONFIG: config };
  const { endpoint, region, environment: credentials } = s3.server;
  return {
    ...credentials,
    RCLONE_CONFIG: config,
    RCLONE_CONFIG_DRILL_TYPE: 's3',
    RCLONE_CONFIG_DRILL_PROVIDER: 'Ceph',
    RCLONE_CONFIG_DRILL_ENV_AUTH: 'true',
    RCLONE_CONFIG_DRILL_ENDPOINT: endpoint,
    RCLONE_CONFIG_DRILL_REGION: region,
  };
}

export const rclone = rcloneWith(
  {
    name: 'rclone',
    about: {
      local: `has ${TRANSFERS} files on their way at once, and computes the MD5 of what it reads and again of what it writes.`,
      s3: `has ${TRANSFERS} files on their way at once, and reads each twice: for its MD5, and to send it.`,
    },
  },
  [],
);

export const rcloneUnchecked = rcloneWith(
  {
    name: 'rclone --ignore-checksum',
    about: { local: 'the same, but it compares sizes only.' },
  },
  ['--ignore-checksum'],
);
