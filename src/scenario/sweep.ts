import { listOf, shortened } from '../base/text.js';
import { MAX_VARIANTS, SweepError, sweepValues } from './sweep-values.js';
import type { Complaint } from './explain.js';
import { within, type Path } from './places.js';

/** How many knobs a sweep may turn: what more of them say, no table or chart can show. */
const MOST_KNOBS = 2;

/** Of a knob that is none, in messages. */
export const MOST_SHOWN = 100;

/** One knob of a sweep. */
export interface SweptKnob {
  readonly knob: string;
  /** The path in the scenario that it names. */
  readonly target: Path;
  readonly values: readonly SweptValue[];
}

export interface SweptValue {
  readonly value: unknown;
  /** What reports call it. */
  readonly text: string;
  /** Where in the file it stands: of a range, the whole of it. */
  readonly source: Path;
}

/** The knobs of a sweep in the order of the file, and what is wrong with them; without complaints there are one or two. */
export function readSweep(
  sweep: Readonly<Record<string, string | readonly unknown[]>>,
  resolve: (knob: string) => Path | string,
): { knobs: readonly SweptKnob[]; complaints: readonly Complaint[] } {
  const complaints: Complaint[] = [];
  const say = (path: Path, at: 'key' | 'value', message: string, hint?: string) =>
    complaints.push({ path: ['sweep', ...path], at, message, hint });
  const entries = Object.entries(sweep);
  if (entries.length === 0) say([], 'value', 'sweep names no knob', 'for example cluster.nodes: [1, 2, 4]');
  const [excess] = entries.slice(MOST_KNOBS);
  if (excess)
    say([excess[0]], 'key', 'a sweep turns one knob or two', 'list the combinations that matter as variants');
  const knobs = entries.slice(0, MOST_KNOBS).flatMap(([knob, written]): SweptKnob[] => {
    const target = resolve(knob);
    if (typeof target === 'string') {
      say([knob], 'key', `${shortened(knob, MOST_SHOWN)}: ${target}`);
      return [];
    }
    const values = readValues(knob, written, say);
    return values.length === 0 ? [] : [{ knob, target, values }];
  });
  checkTogether(knobs, say);
  return { knobs, complaints };
}

type Say = (path: Path, at: 'key' | 'value', message: string, hint?: string) => void;

function readValues(knob: string, written: string | readonly unknown[], say: Say): SweptValue[] {
  let values: readonly unknown[];
  if (typeof written === 'string') {
    try {
      values = sweepValues(written);
    } catch (error) {
      if (!(error instanceof SweepError)) throw error;
      say([knob], 'value', error.message);
      return [];
    }
  } else {
    values = written;
  }
  const texts = values.map(textOf);
  return values.map((value, i) => {
    const text = texts[i]!;
    if (texts.indexOf(text) < i) say([knob, i], 'value', `${text} is in the sweep twice`, 'once is enough');
    return { value, text, source: ['sweep', knob, ...(typeof written === 'string' ? [] : [i])] };
  });
}

function checkTogether(knobs: readonly SweptKnob[], say: Say): void {
  const [first, second] = knobs;
  if (!first || !second) return;
  if (within(first.target, second.target) || within(second.target, first.target)) {
    say(
      [second.knob],
      'key',
      `${first.knob} and ${second.knob} turn the same knob, or one a part of the other`,
    );
  }
  const counts = knobs.map(({ values }) => values.length);
  const total = counts.reduce((product, count) => product * count, 1);
  if (total > MAX_VARIANTS) {
    const variants = total.toLocaleString('en-US');
    const limit = MAX_VARIANTS.toLocaleString('en-US');
    say(
      [second.knob],
      'key',
      `${listOf(counts.map(String), 'times')} values are ${variants} variants, and a sweep has at most ${limit}`,
      'take fewer values of each knob; ranges such as 1..64 double',
    );
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** One value of each knob; the last knob turns fastest. */
export function combinations(knobs: readonly SweptKnob[]): readonly (readonly SweptChoice[])[] {
  return knobs.reduce<readonly (readonly SweptChoice[])[]>(
    (before, knob) => before.flatMap((choices) => knob.values.map((value) => [...choices, { knob, value }])),
    [[]],
  );
}

export interface SweptChoice {
  readonly knob: SweptKnob;
  readonly value: SweptValue;
}

/** `cluster.nodes = 4, engine.uploadWorkers = 2`: what reports call a variant of a sweep. */
export const nameOfChoices = (choices: readonly SweptChoice[]): string =>
  choices.map(({ knob, value }) => `${knob.knob} = ${value.text}`).join(', ');
