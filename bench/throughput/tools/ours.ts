import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../../src/base/version.js';
import { decodeInfo } from '../../../src/repository/index.js';
import type { DrillReport } from '../../../src/world/result.js';
import { scenarioText, type Target } from '../data-sets.js';
import { runProcess } from '../process.js';
import { backOf, copyOf, type Task, type Timed, type Tool } from '../tool.js';
import { filesBelow, sizeOf } from '../tree.js';
import type { RestoreOrder } from '../restore-process.js';

const DRILL = fileURLToPath(new URL('../../../drill/main.js', import.meta.url));
const RESTORE = fileURLToPath(new URL('../bundled/restore-process.js', import.meta.url));

/** In a repository, all that is a shard's own file; the rest is the manifest. */
const CONTENT = /\/__ss_content\//;
const INFO = /\/__info_[^/]*$/;
/** In a cluster, the files of replicas; beside them are the checksums that they were written with. */
const REPLICA = /^[^/]+\/data\//;

/** On S3 a thread waits for answers most of the time; rclone has as many files on their way. */
const S3_WORKERS = 8;

type How = Pick<Target, 'durable' | 'bundles'>;

const oursWith = (tool: Pick<Tool, 'name' | 'about'>, how: How): Tool => ({
  ...tool,
  version: async () => VERSION,
  open(task) {
    const { s3, signal } = task;
    const scenarioFile = path.join(task.runDirectory, 'scenario.yaml');
    const env = s3?.server.environment;
    return {
      prepare: async () => writeFileSync(scenarioFile, scenarioText(task.made.set, targetOf(task, how))),
      async backup() {
        const args = ['run', scenarioFile, '--work-dir', task.workDirectory, '--no-restore', '--json'];
        const at = s3 ? [] : ['--repository', copyOf(task)];
        const run = await runProcess(process.execPath, [DRILL, ...args, ...at], { env, signal });
        return { ...run, ownSec: jobSec(run.stdout) };
      },
      async copied() {
        const files = s3 ? await s3.server.list(s3.prefix) : filesBelow(copyOf(task));
        const stored = sizeOf(files.filter(({ name }) => CONTENT.test(name)));
        return how.bundles ? { ...stored, files: filesNamedIn(copyOf(task)) } : stored;
      },
      restore: (): Promise<Timed> => restore(task, how),
      restored: async () => sizeOf(filesBelow(backOf(task)).filter(({ name }) => REPLICA.test(name))),
    };
  },
});

/** How many files the manifest in a directory names: bundles hold several. */
function filesNamedIn(directory: string): number {
  const info = filesBelow(directory).find(({ name }) => INFO.test(name))!.name;
  const { tables } = decodeInfo(readFileSync(path.join(directory, info), 'utf8'), info);
  const indexes = tables.flatMap(({ partitions }) => partitions.flatMap((partition) => partition.indexes));
  return indexes.flatMap(({ shards }) => shards).reduce((sum, { files }) => sum + files.length, 0);
}

const targetOf = ({ s3, workers }: Task, how: How): Target => {
  if (!s3) return { ...how, workers };
  const { bucket, endpoint, region } = s3.server;
  const repository = `s3://${bucket}/${s3.prefix}`;
  return { ...how, workers: S3_WORKERS, s3: { repository, endpoint, region } };
};

/** `drill run` restores too, but not without a backup before it. So a process of its own does, of the same code: see bundle.js. */
async function restore(task: Task, how: How): Promise<Timed> {
  const order: RestoreOrder = {
    scenario: scenarioText(task.made.set, targetOf(task, how)),
    repositoryDirectory: copyOf(task),
    targetDirectory: backOf(task),
  };
  const { signal, s3 } = task;
  const env = s3?.server.environment;
  const run = await runProcess(process.execPath, [RESTORE, JSON.stringify(order)], { env, signal });
  return { ...run, ownSec: (JSON.parse(run.stdout) as { durationMs: number }).durationMs / 1000 };
}

/** What the report, the last line that `drill run --json` prints, says that the backup took. */
function jobSec(lines: string): number {
  const report = JSON.parse(lines.split('\n').at(-1)!) as DrillReport;
  return report.variants[0]!.measured!.totals.durationMs / 1000;
}

export const ours = oursWith(
  {
    name: 'backup-drill',
    about: {
      local:
        'reads each file once, computes its MD5 (of larger files several at once, in vector instructions) while it writes it, and renames it; a thread a core, each with eight files on their way. Its files are not synced, as those of cp and rclone are not.',
      s3: `has ${S3_WORKERS} files on their way at once, and reads each twice: for its MD5, which is in its name, and to send it; larger ones in parts of 16 MiB, two at once.`,
    },
  },
  { durable: false },
);

export const oursDurable = oursWith(
  {
    name: 'backup-drill durable',
    about: {
      local: "as it is by default: a file is synced before it counts, and so is its shard's directory.",
    },
  },
  { durable: true },
);

export const oursBundled = oursWith(
  {
    name: 'backup-drill bundles',
    about: {
      local: `as ${oursDurable.name}; files smaller than 1 MiB go into bundles of up to 8 MiB, a file each. Of these it computes two MD5s, as each file has its own.`,
    },
  },
  { durable: true, bundles: true },
);
