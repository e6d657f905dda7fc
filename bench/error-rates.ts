import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../src/base/random.js';
import { proportionInterval } from '../src/base/statistics.js';
import { measurePairs } from '../src/drill/bench/pairs.js';
import { machine } from '../src/drill/index.js';
import { compare, type Comparison, type ResultFile } from '../src/regression/index.js';

/*
 * How often `drill bench --base` is wrong: this build against itself, where whatever it finds is a wrong alarm, and against
 * itself with a handicap (each run wastes a known share of its own time), where what it does not find is missed.
 *
 *   npm run bench:errors -- record [--rounds 200] [--file .drill/error-rates.jsonl]     hours; goes on where it was
 *   npm run bench:errors -- tell [--runs 1000] [--rounds 14] [--file …]                 prints the tables
 *
 * Rounds are recorded, each with fresh processes, and a run of the suite is so many rounds drawn from them: rounds are independent
 * by construction, so that a few hundred of them tell of thousands of runs, which nobody could wait for.
 */

const HANDICAPS = [0, 0.03, 0.05, 0.1];

/** A round of all cases: the samples of base and head by the case's name. */
interface Round {
  readonly handicap: number;
  readonly samples: Readonly<Record<string, readonly [baseMs: number, headMs: number]>>;
}

const [mode = 'tell', ...rest] = process.argv.slice(2);
const flag = (name: string, otherwise: string): string =>
  rest[rest.indexOf(`--${name}`) + 1 || Infinity] ?? otherwise;
const file = flag('file', path.join('.drill', 'error-rates.jsonl'));

if (mode === 'record') await record(Number(flag('rounds', '200')));
else
  console.log(
    tables(read(), { runs: Number(flag('runs', '1000')), roundsARun: Number(flag('rounds', '14')) }),
  );

/** Records so many rounds of each handicap, in turns. */
async function record(rounds: number): Promise<void> {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
  mkdirSync(path.dirname(file), { recursive: true });
  const work = path.resolve('.drill', `error-rates-${process.pid}`);
  const interrupt = new AbortController();
  process.on('SIGINT', () => interrupt.abort());
  const done = existsSync(file) ? read().length : 0;
  for (let i = done; i < rounds * HANDICAPS.length && !interrupt.signal.aborted; i++) {
    const handicap = HANDICAPS[i % HANDICAPS.length]!;
    const side = (name: string): { name: string; directory: string; workDirectory: string } => ({
      name,
      directory: root,
      workDirectory: path.join(work, name),
    });
    const pairs = await measurePairs({
      base: side('base'),
      head: { ...side('head'), handicap },
      rounds: 1,
      seed: `error-rates/${i}`,
      signal: interrupt.signal,
    });
    const samples = Object.fromEntries(pairs.map(({ name, base, head }) => [name, [base[0]!, head[0]!]]));
    if (!interrupt.signal.aborted) appendFileSync(file, `${JSON.stringify({ handicap, samples })}\n`);
    process.stderr.write(`${i + 1} of ${rounds * HANDICAPS.length} rounds\n`);
  }
  rmSync(work, { recursive: true, force: true });
}

function read(): Round[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Round);
}

interface Drawing {
  readonly runs: number;
  readonly roundsARun: number;
}

/** Runs of the suite, each of rounds drawn without replacement. */
function runsOf(rounds: readonly Round[], { runs, roundsARun }: Drawing): Comparison[] {
  const random = randomStream('error-rates', `runs/${rounds[0]!.handicap}`);
  return Array.from({ length: runs }, () => {
    const left = [...rounds];
    const drawn = Array.from(
      { length: roundsARun },
      () => left.splice(Math.floor(random() * left.length), 1)[0]!,
    );
    return compare(
      { name: 'base', results: resultsOf(drawn, 0) },
      { name: 'head', results: resultsOf(drawn, 1) },
    );
  });
}

function resultsOf(rounds: readonly Round[], side: 0 | 1): ResultFile {
  return {
    format: 'backup-drill-benchmarks',
    formatVersion: 1,
    tool: { name: 'backup-drill', version: '' },
    createdAt: '',
    command: '',
    session: 'drawn',
    benchmarks: Object.keys(rounds[0]!.samples).map((name) => {
      const samples = rounds.map((round) => round.samples[name]![side]);
      return { name, kind: 'wall', unit: 'ms', better: 'smaller', value: samples[0]!, samples };
    }),
  };
}

function tables(rounds: readonly Round[], drawing: Drawing): string {
  const { runs, roundsARun } = drawing;
  const names = Object.keys(rounds[0]!.samples);
  const { cpu, cores, node } = machine();
  const byHandicap = HANDICAPS.map((handicap) => {
    const own = rounds.filter((round) => round.handicap === handicap);
    return { handicap, own, comparisons: runsOf(own, drawing) };
  });
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const told = (hits: number): string => {
    const { value, low, high } = proportionInterval(hits, runs);
    return `${percent(value)} (${percent(low)} to ${percent(high)})`;
  };
  const verdictOf = (comparison: Comparison, name: string): string =>
    comparison.benchmarks.find((benchmark) => benchmark.name === name)!.verdict;
  const isWrong = ({ counts }: Comparison): boolean => counts.slower + counts.faster > 0;
  const suite = byHandicap.map(({ handicap, own, comparisons }) => {
    const alarms = comparisons.filter((comparison) =>
      handicap === 0 ? isWrong(comparison) : comparison.counts.slower > 0,
    ).length;
    const what = handicap === 0 ? 'nothing: any alarm is wrong' : `every run by ${percent(handicap)}`;
    return `| ${what} | ${own.length} | ${told(alarms)} |`;
  });
  const perCase = names.map((name) => {
    const shares = byHandicap.map(({ handicap, comparisons }) =>
      percent(
        comparisons.filter((comparison) => {
          const verdict = verdictOf(comparison, name);
          return verdict === 'slower' || (handicap === 0 && verdict === 'faster');
        }).length / runs,
      ),
    );
    return `| ${name} | ${shares.join(' | ')} |`;
  });
  return [
    `${cpu}, ${cores} cores, Node ${node}; ${runs} runs of the suite, ${roundsARun} pairs each, drawn from the recorded rounds.`,
    '',
    '| slowed | rounds recorded | runs of the suite with an alarm |',
    '|---|---|---|',
    ...suite,
    '',
    `| benchmark | wrong alarms | ${HANDICAPS.slice(1)
      .map((handicap) => `${percent(handicap)} found`)
      .join(' | ')} |`,
    '|---|---|---|---|---|',
    ...perCase,
  ].join('\n');
}
