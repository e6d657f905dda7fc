import { availableParallelism } from 'node:os';
import { randomStream, type RandomStream } from '../../base/random.js';
import { startMeasurer, type Measurer, type Side } from './measurer.js';

export interface PairsOptions {
  readonly base: Side;
  readonly head: Side;
  /** Pairs of processes; each gives one pair of samples a case. */
  readonly rounds: number;
  /** Only cases whose name this says yes to. */
  readonly wants?: (name: string) => boolean;
  readonly signal: AbortSignal;
  readonly onRound?: (done: number, rounds: number) => void;
  readonly seed: string;
}

/** Milliseconds a run, one a round: the i-th of base and of head were measured side by side. */
export interface PairedSamples {
  readonly name: string;
  readonly base: readonly number[];
  readonly head: readonly number[];
}

/** How often the two sides take turns with a case in a round, and how long a turn is: in time, and in runs, at least. */
const TURNS = 6;
const TURN_MS = 15;
const TURN_RUNS = 8;

/**
 * Measures two sides in turns. Each round has a fresh process of either, since what a process happens to be like (where its memory
 * lies, what was compiled when) stays with it; within a round the two take turns in an order drawn anew each time, so that
 * whatever else the machine does falls on both. A round's sample is the quickest run of all its turns.
 *
 * Rounds are independent, and under no difference base and head may be swapped in any of them: that is what the rank test rests
 * on. Throws BENCHMARK_FAILED; an aborted signal ends it after the turn.
 */
export async function measurePairs(options: PairsOptions): Promise<readonly PairedSamples[]> {
  const { rounds, signal, seed } = options;
  const random = randomStream(seed, 'bench/turns');
  const collected = new Map<string, { readonly base: number[]; readonly head: number[] }>();
  const runsOf = new Map<string, number>();
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    const pair = await startPair(options, random);
    try {
      const names = pair.base.names.filter(
        (name) => pair.head.names.includes(name) && (options.wants?.(name) ?? true),
      );
      for (const name of names) {
        if (signal.aborted) break;
        const [base, head] = await measureCase(pair, name, runsOf, random);
        let samples = collected.get(name);
        if (!samples) collected.set(name, (samples = { base: [], head: [] }));
        samples.base.push(base);
        samples.head.push(head);
      }
      await Promise.all([pair.base.end(), pair.head.end()]);
    } finally {
      pair.base.kill();
      pair.head.kill();
    }
    options.onRound?.(round + 1, rounds);
  }
  return [...collected].map(([name, samples]) => ({ name, ...samples }));
}

interface Pair {
  readonly base: Measurer;
  readonly head: Measurer;
}

async function startPair({ base, head }: PairsOptions, random: RandomStream): Promise<Pair> {
  // Cores differ by what their neighbours do: both share one, another one each time. They never run at once.
  const core = Math.floor(random() * availableParallelism());
  // Which comes up first is drawn too: it may be the better place to be.
  if (random() < 0.5) {
    const first = await startMeasurer(base, core);
    return { base: first, head: await orKill(startMeasurer(head, core), first) };
  }
  const first = await startMeasurer(head, core);
  return { head: first, base: await orKill(startMeasurer(base, core), first) };
}

async function orKill(starting: Promise<Measurer>, other: Measurer): Promise<Measurer> {
  try {
    return await starting;
  } catch (error) {
    other.kill();
    throw error;
  }
}

/** One round's sample of a case, of base and of head. */
async function measureCase(
  { base, head }: Pair,
  name: string,
  runsOf: Map<string, number>,
  random: RandomStream,
): Promise<readonly [base: number, head: number]> {
  const [baseMs, headMs] = random() < 0.5 ? await inTurn(base, head) : (await inTurn(head, base)).reverse();
  // Both do the same number of runs, in all rounds.
  let runs = runsOf.get(name);
  if (runs === undefined)
    runsOf.set(name, (runs = Math.max(TURN_RUNS, Math.ceil(TURN_MS / Math.min(baseMs!, headMs!)))));
  const samples = { base: [] as number[], head: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    const order = random() < 0.5 ? (['base', 'head'] as const) : (['head', 'base'] as const);
    for (const side of order) {
      const measurer = side === 'base' ? base : head;
      samples[side].push(await measurer.sample(name, runs));
    }
  }
  return [Math.min(...samples.base), Math.min(...samples.head)];

  async function inTurn(first: Measurer, second: Measurer): Promise<number[]> {
    return [await first.warmUp(name), await second.warmUp(name)];
  }
}
