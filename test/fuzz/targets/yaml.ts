import { stringify } from 'yaml';
import { loadScenario, withSettings, withSweeps, type LoadedScenario } from '../../../src/scenario/index.js';
import { SAMPLE } from '../../scenario/sample.js';
import { fencedPieces, projectFiles } from '../corpus.js';
import type { Dice } from '../dice.js';
import { must, tried, type Input, type Outcome, type Target } from '../target.js';
import { MOST_CHARACTERS, mutated, type Stock } from '../text-mutations.js';
import { KNOBS, madeScenario, VALUES } from './scenario-grammar.js';
import { yamlBomb } from './yaml-bombs.js';

const stock: Stock = {
  corpus: [SAMPLE, ...projectFiles('scenarios', '.yaml', 20_000), ...fencedPieces('yaml')],
  tokens: [
    ...KNOBS.filter((knob) => knob.length < 50),
    ...VALUES.filter((value) => value.length < 50),
    '&a ',
    '*a',
    '<<: *a',
    '!!str ',
    '|',
    '>-',
    '---',
    '...',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    '#',
    ',',
    '"',
    "'",
    '\n  ',
    'sweep:\n  seed: 1..4/1\n',
    'variants:\n  - { name: v, set: { seed: 2 } }\n',
  ],
};

function textOf(dice: Dice): string {
  const kind = dice.below(20);
  if (kind < 2) return yamlBomb(dice);
  if (kind < 7) {
    const scenario = madeScenario(dice);
    return dice.chance(0.5) ? JSON.stringify(scenario) : stringify(scenario);
  }
  const text = dice.pick(stock.corpus);
  return kind === 7 ? text : mutated(text, dice, stock);
}

function makeInput(dice: Dice): Input {
  const set = Object.fromEntries(
    Array.from({ length: dice.below(3) }, () => [dice.pick(KNOBS), dice.pick(VALUES)]),
  );
  const sweeps = Array.from({ length: dice.below(3) }, () =>
    dice.chance(0.9) ? `${dice.pick(KNOBS)}=${dice.pick(VALUES)}` : dice.pick(VALUES),
  );
  return {
    text: textOf(dice).slice(0, MOST_CHARACTERS),
    set: JSON.stringify(set),
    sweeps: JSON.stringify(sweeps),
  };
}

function check({ text = '', set = '{}', sweeps = '[]' }: Input): Outcome {
  const changed = tried('withSettings', () =>
    withSettings(text, JSON.parse(set) as Readonly<Record<string, string>>),
  );
  const swept = tried('withSweeps', () =>
    withSweeps(changed.ok ? changed.value : text, JSON.parse(sweeps) as readonly string[]),
  );
  if (swept.ok && swept.value !== text) load('the scenario with settings and sweeps', swept.value);
  const loaded = load('the scenario', text);
  if (typeof loaded === 'string') return loaded;
  const again = load('the same scenario', text);
  must(typeof again !== 'string' && again.digest === loaded.digest, 'loaded again it has another digest');
  // A name is no part of the digest; the text is written anew for it.
  const renamed = load('the renamed scenario', withSettings(text, { name: 'renamed' }));
  must(typeof renamed !== 'string', `with another name it is refused: ${String(renamed)}`);
  must(renamed.digest === loaded.digest, 'with another name it has another digest');
  return 'accepted';
}

function load(what: string, text: string): LoadedScenario | Exclude<Outcome, 'accepted'> {
  const loaded = tried(`loadScenario of ${what}`, () => loadScenario(text, 'any.yaml'));
  if (!loaded.ok) return loaded.error.code;
  must(loaded.value.variants.length > 0, 'it has no variant');
  must(/^[0-9a-f]{16}$/.test(loaded.value.digest), 'it has no digest');
  return loaded.value;
}

export const yamlTarget: Target = { name: 'yaml', makeInput, check };
