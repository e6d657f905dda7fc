import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { EXIT } from '../../src/cli/exit-codes.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { machine } from '../../src/drill/index.js';
import { makeWorkDirectory } from '../work-directory.js';
import { hasFailed } from './comparison.js';
import { dataSet, makeSet, type MadeSet } from './data-sets.js';
import { replaceTables } from './document.js';
import { measureSet, type MeasureOptions, type SetRuns } from './measure.js';
import { readOptions, type Options } from './options.js';
import { reportOf, type Recording, type Roles } from './report.js';
import { PageCache } from './page-cache.js';
import { openS3Server, type S3Server } from './s3-server.js';
import { isFor, type Tool } from './tool.js';
import { limits, ours, oursBundled, oursDurable, rclone, TOOLS } from './tools/index.js';

const DOCUMENT = 'docs/benchmarks.md';
/** Of ours, and files of the limit: so many are hashed together. */
const WORKERS_PER_CORE = 8;
const ROLES: Roles = { ours, oursDurable, oursBundled, rclone, limits, all: TOOLS };

/** More than this for each core, and what else the machine does shows in the figures. */
const QUIET_LOAD = 0.5;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Measures what the command line asks for, and reports. Returns the exit code. */
export async function throughput(argv: readonly string[]): Promise<number> {
  const options = readOptions(
    argv,
    TOOLS.map(({ name }) => name),
  );
  const interrupt = onInterrupt('ending what runs and removing what was made');
  try {
    const recording = await measureAll(options, interrupt.signal);
    await publish(recording, options);
    return hasFailed(recording.sets) ? EXIT.failed : EXIT.ok;
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    interrupt.dispose();
  }
}

async function measureAll(options: Options, signal: AbortSignal): Promise<Recording> {
  const { cores } = machine();
  const loadBefore = loadavg()[0]!;
  if (loadBefore > QUIET_LOAD * cores)
    say(`The machine is busy (load ${loadBefore.toFixed(1)}): so times will vary.`);
  const { present, versions, missing } = await findTools(options, signal);
  const workDirectory = path.resolve(makeWorkDirectory(options.workDir, 'throughput'));
  let s3: S3Server | undefined;
  try {
    s3 = options.places.includes('s3') ? await openS3OrSay() : undefined;
    const pageCache = new PageCache(workDirectory);
    // It takes half a minute at first.
    const settle = async (): Promise<void> => (options.quick ? undefined : pageCache.settle(signal));
    const sets: SetRuns[] = [];
    for (const name of options.sets) {
      say(`Making set ${name} in ${options.workDir}`);
      const made = await makeSet(dataSet(name, options.quick), workDirectory, cores, signal);
      const measure = (place: S3Server | undefined) =>
        measurePlace(made, present, place, options, { workDirectory, settle, signal });
      if (options.places.includes('local')) sets.push(await measure(undefined));
      if (s3) sets.push(await measure(s3));
    }
    const { rounds, quick: isQuick } = options;
    return { machine: machine(), rounds, isQuick, loadBefore, versions, missing, s3: s3?.about, sets };
  } finally {
    await s3?.close();
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

function measurePlace(
  made: MadeSet,
  present: readonly Tool[],
  s3: S3Server | undefined,
  { rounds, restore }: Options,
  common: Pick<MeasureOptions, 'workDirectory' | 'settle' | 'signal'>,
): Promise<SetRuns> {
  return measureSet({
    made,
    tools: present.filter((tool) => isFor(tool, s3 ? 's3' : 'local')),
    s3,
    rounds,
    isRestoring: restore,
    workers: WORKERS_PER_CORE * machine().cores,
    say,
    ...common,
  });
}

async function findTools(
  { tools }: Options,
  signal: AbortSignal,
): Promise<Pick<Recording, 'versions' | 'missing'> & { readonly present: readonly Tool[] }> {
  const versions: Record<string, string> = {};
  const missing: Record<string, string> = {};
  for (const tool of TOOLS.filter(({ name }) => tools.includes(name))) {
    try {
      versions[tool.name] = await tool.version(signal);
    } catch (error) {
      const { message: reason } = error as Error;
      missing[tool.name] = reason;
      say(`${tool.name} is left out: ${reason}`);
      if (tool.package !== undefined)
        say(`  on Debian: apt-get install --no-install-recommends ${tool.package}`);
    }
  }
  return { present: TOOLS.filter(({ name }) => versions[name] !== undefined), versions, missing };
}

async function openS3OrSay(): Promise<S3Server | undefined> {
  try {
    return await openS3Server(process.env);
  } catch (error) {
    say(`S3 is left out: ${(error as Error).message}`);
    return undefined;
  }
}

async function publish(recording: Recording, { json, write }: Options): Promise<void> {
  const places = [...new Set(recording.sets.map(({ place }) => place))];
  const texts = await Promise.all(
    places.map(async (place) => ({ place, text: await formatted(reportOf(recording, place, ROLES)) })),
  );
  const text = json ? JSON.stringify(recording, undefined, 2) : texts.map((each) => each.text).join('\n');
  process.stdout.write(`${text.trim()}\n`);
  if (!write) return;
  const document = texts.reduce(
    (before, each) => replaceTables(before, each.place, each.text),
    readFileSync(DOCUMENT, 'utf8'),
  );
  writeFileSync(DOCUMENT, await formatted(document));
  say(`Written to ${DOCUMENT}.`);
}

/** As `npm run format` would have it. */
const formatted = async (markdown: string): Promise<string> =>
  format(markdown, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
