import * as fc from 'fast-check';
import {
  decodeCatalogChange,
  decodeJob,
  decodeRepository,
  encodeCatalogChange,
  encodeJob,
  encodePlan,
  encodeRepository,
  encodeUploaded,
} from '../../../src/coordinator/journal-codec.js';
import { catalogChanges, jobs, plans, repositories, uploads } from '../../coordinator/journal-arbitraries.js';
import type { Dice } from '../dice.js';
import { mutatedJson } from '../json-mutations.js';
import { must, tried, type Input, type Outcome, type Target } from '../target.js';
import { MOST_CHARACTERS, mutated } from '../text-mutations.js';

const SAMPLES = { seed: 1, numRuns: 100 };

/** The records of a journal as they are written, by kind. */
const RECORDS = {
  job: fc.sample(jobs, SAMPLES).map(encodeJob),
  plan: fc.sample(plans, SAMPLES).map(encodePlan),
  uploaded: fc.sample(uploads, SAMPLES).map(encodeUploaded),
  repository: fc.sample(repositories, SAMPLES).map(encodeRepository),
  change: fc.sample(catalogChanges, SAMPLES).map(encodeCatalogChange),
};

const TOKENS = ['{', '}', '[', ']', ',', ':', '"', '1e999', 'null', '"id":', '"kind":"s3"'];

function damaged(corpus: readonly string[], dice: Dice): string {
  const text = dice.pick(corpus);
  const kind = dice.below(10);
  if (kind < 7) return text;
  const changed =
    kind < 9 ? mutatedJson(JSON.parse(text), dice) : mutated(text, dice, { corpus, tokens: TOKENS });
  return changed.slice(0, MOST_CHARACTERS);
}

function makeInput(dice: Dice): Input {
  return Object.fromEntries(Object.entries(RECORDS).map(([kind, corpus]) => [kind, damaged(corpus, dice)]));
}

/** What was read is written again, and reads as the same. */
function checkRecord<T>(
  what: string,
  text: string,
  decode: (text: string) => T,
  encode: (value: T) => string,
): Outcome {
  const read = tried(what, () => decode(text));
  if (!read.ok) return read.error.code;
  const written = encode(read.value);
  must(encode(decode(written)) === written, `${what}: it differs when it is read again`);
  return 'accepted';
}

function check({ job = '', plan = '', uploaded = '', repository = '', change = '' }: Input): Outcome {
  const outcomes = [
    checkRecord('decodeRepository', repository, (text) => decodeRepository('r', text), encodeRepository),
    checkRecord('decodeCatalogChange', change, (text) => decodeCatalogChange('c', text), encodeCatalogChange),
    checkRecord('decodeJob', job, (text) => decodeJob('j', { job: text }), encodeJob),
  ];
  const whole = tried('decodeJob with its parts', () => decodeJob('j', { job, plan, uploaded }));
  outcomes.push(whole.ok ? 'accepted' : whole.error.code);
  return outcomes.find((outcome) => outcome !== 'accepted') ?? 'accepted';
}

export const journalTarget: Target = { name: 'journal', makeInput, check };
