import { Command, InvalidArgumentError, Option } from 'commander';
import { SET_NAMES, type SetName } from './data-sets.js';
import { PLACES, type Place } from './tool.js';

export interface Options {
  readonly sets: readonly SetName[];
  readonly places: readonly Place[];
  /** Names of tools. */
  readonly tools: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly restore: boolean;
  readonly json: boolean;
  readonly write: boolean;
  readonly workDir: string;
}

const DEFAULT_ROUNDS = 5;

const EXAMPLES = `
Examples:
  $ npm run bench:throughput -- --quick                             whether it works, in half a minute
  $ npm run bench:throughput -- --write                             all of it, into docs/benchmarks.md
  $ npm run bench:throughput -- --sets small --places local --tools 'backup-drill,rclone' --rounds 3
  $ npm run bench:throughput -- --json > throughput.json

What is not installed is left out, and named; on Debian: apt-get install --no-install-recommends rclone restic borgbackup.
S3 is the server that DRILL_S3_ENDPOINT and DRILL_S3_BUCKET (and DRILL_S3_REGION) name, with credentials in
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or a Ceph object gateway, where its programs are there (.ci/ceph-rgw.sh).
All of it needs four times the largest set as disk and as memory: 18 GB. Ctrl-C ends what runs and removes what was made.
Exit code 1: a tool failed.`;

/** Reads the command line; throws where it is wrong, and ends the process where it asks for help. */
export function readOptions(argv: readonly string[], toolNames: readonly string[]): Options {
  const command = new Command('bench:throughput')
    .description('backs the same files up and restores them with ours and with other tools, side by side')
    .addOption(some('set', SET_NAMES))
    .addOption(some('place', PLACES))
    .addOption(some('tool', toolNames))
    .option('--rounds <count>', 'how often each does each, in turns', positive, DEFAULT_ROUNDS)
    .option('--quick', 'tiny sets, one round', false)
    .option('--no-restore', 'back up only')
    .option('--json', 'print JSON instead of tables', false)
    .option('--write', 'put the tables into docs/benchmarks.md', false)
    .option('--work-dir <directory>', 'for data and copies', '.drill')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(0);
      throw error;
    });
  command.parse(argv, { from: 'user' });
  const options = command.opts<Options>();
  if (options.write) requireAll(options, toolNames);
  return options.quick ? { ...options, rounds: 1 } : options;
}

/** What is published is all of it, though not of both places at once. */
function requireAll({ quick, sets, tools, restore }: Options, toolNames: readonly string[]): void {
  const isAll = !quick && restore && sets.length === SET_NAMES.length && tools.length === toolNames.length;
  if (!isAll)
    throw new Error('--write goes with all sets and all tools: no --quick, --sets, --tools, --no-restore');
}

/** An option that takes some of what is known, with commas between them; all by default. */
const some = (what: string, known: readonly string[]): Option =>
  new Option(`--${what}s <names>`, `of: ${known.join(', ')}`).default(known, 'all').argParser((text) =>
    text.split(',').map((part) => {
      const found = known.find((name) => name === part.trim());
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`there is no ${what} ${part.trim()}: ${known.join(', ')}`);
    }),
  );

function positive(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('a whole number from 1');
}
