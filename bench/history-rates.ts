import { randomStream, type RandomStream } from '../src/base/random.js';
import { proportionInterval } from '../src/base/statistics.js';
import { historyOf, type Change, type NamedResults, type Trend } from '../src/regression/index.js';

/*
 * How often `drill compare --history` is wrong: histories of times in which nothing changes, where whatever it finds is a wrong
 * alarm, and such in which one benchmark of eight becomes slower by a known share at a drawn place, for good or for a while, where it has to be found.
 *
 *   npm run bench:history [runs]
 */

const RUNS = Number(process.argv[2] ?? '100');
const BENCHMARKS = 8;

/** How the noise of one result is drawn, given that of the one before. */
interface Noise {
  readonly name: string;
  readonly draw: (random: RandomStream, before: number) => number;
}

/** Standard normal (Box and Muller). */
const normal = (random: RandomStream): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const STEADY: Noise = { name: 'normal', draw: normal };
const NOISES: readonly Noise[] = [
  STEADY,
  {
    name: 'one result in ten disturbed, by ten times as much',
    draw: (random) => normal(random) * (random() < 0.1 ? 10 : 1),
  },
  {
    name: 'drifting: half of it is that of the result before',
    draw: (random, before) => before / 2 + normal(random) * Math.sqrt(3 / 4),
  },
];

interface History {
  readonly results: number;
  readonly noise: Noise;
  /** Of one result: standard deviation, as a share. */
  readonly spread: number;
  readonly slower?: { readonly by: number; readonly from: number; readonly to?: number };
}

/** Results of a head and of a base whose times are all 1: the head's are its shares. */
function draw({ results, noise, spread, slower }: History, random: RandomStream): NamedResults[] {
  const before = new Array<number>(BENCHMARKS).fill(0);
  return Array.from({ length: results }, (_, i) => {
    const shares = before.map((own, k) => {
      before[k] = noise.draw(random, own);
      return Math.exp(spread * before[k]) * (slower && k === 0 && isWithin(slower, i) ? 1 + slower.by : 1);
    });
    return [result(i, 'head', shares), result(i, 'base', new Array<number>(BENCHMARKS).fill(1))];
  }).flat();
}

const isWithin = ({ from, to = Infinity }: NonNullable<History['slower']>, i: number): boolean =>
  i >= from && i < to;

function result(day: number, side: 'base' | 'head', times: readonly number[]): NamedResults {
  const instant = (at: number): string => new Date(at * 86_400_000).toISOString();
  return {
    name: `${day}-${side}`,
    results: {
      format: 'backup-drill-benchmarks',
      formatVersion: 1,
      tool: { name: 'backup-drill', version: '' },
      createdAt: instant(day),
      command: '',
      commit: {
        id: side === 'base' ? 'base' : String(day),
        subject: '',
        committedAt: instant(side === 'base' ? 0 : day),
        dirty: false,
      },
      session: String(day),
      side,
      benchmarks: times.map((value, k) => ({
        name: `b${k}`,
        kind: 'wall',
        unit: 'ms',
        better: 'smaller',
        value,
        samples: [value],
      })),
    },
  };
}

/** The share of histories of which `is` holds, with its interval at 95 %. */
function share(name: string, of: (random: RandomStream) => boolean): string {
  const random = randomStream('history-rates', name);
  let hits = 0;
  for (let run = 0; run < RUNS; run++) if (of(random)) hits++;
  const { value, low, high } = proportionInterval(hits, RUNS);
  const percent = (one: number): string => (one * 100).toFixed(1);
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}

const row = (...cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

console.log(`${RUNS} histories each, of ${BENCHMARKS} benchmarks.\n`);
row('results', 'noise', 'histories with a wrong alarm');
row('---', '---', '---');
for (const results of [20, 50, 100]) {
  for (const noise of NOISES) {
    const alarms = share(`null ${results} ${noise.name}`, (random) =>
      historyOf(draw({ results, noise, spread: 0.03 }, random)).trends.some(
        ({ changes }) => changes.length > 0,
      ),
    );
    row(String(results), noise.name, alarms);
  }
}
console.log();
row('results', 'noise of a result', '3 % found', '5 % found', '10 % found');
row('---', '---', '---', '---', '---');
for (const results of [20, 50, 100]) {
  for (const spread of [0.01, 0.02, 0.05]) {
    const found = [0.03, 0.05, 0.1].map((by) =>
      share(`found ${results} ${spread} ${by}`, (random) => {
        // Anywhere but in the first and the last fifth.
        const from = Math.floor(results * (0.2 + 0.6 * random()));
        const { trends } = historyOf(draw({ results, noise: STEADY, spread, slower: { by, from } }, random));
        return tells(trends[0]!, 'slower', from);
      }),
    );
    row(String(results), `${spread * 100} %`, ...found);
  }
}
console.log();
row('results', 'slower for', '3 % found, and its end', '5 %', '10 %');
row('---', '---', '---', '---', '---');
for (const length of [10, 20]) {
  const results = 50;
  const found = [0.03, 0.05, 0.1].map((by) =>
    share(`hump ${results} ${length} ${by}`, (random) => {
      const from = 5 + Math.floor((results - length - 10) * random());
      const to = from + length;
      const slower = { by, from, to };
      const { trends } = historyOf(draw({ results, noise: STEADY, spread: 0.02, slower }, random));
      return tells(trends[0]!, 'slower', from) && tells(trends[0]!, 'faster', to);
    }),
  );
  row(String(results), `${length} results`, ...found);
}

/** Whether a change is told at its place, or where it is said that it may be as well, within two results. */
function tells({ changes }: Trend, verdict: Change['verdict'], at: number): boolean {
  return changes.some(
    (change) =>
      change.verdict === verdict && change.between!.first - 2 <= at && at <= change.between!.last + 2,
  );
}
