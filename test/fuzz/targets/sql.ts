import * as fc from 'fast-check';
import { parseScript, parseStatement, printStatement, sameStatement } from '../../../src/sql/index.js';
import { HIDDEN_VALUE } from '../../../src/sql/secrets.js';
import { anyStatement, PIECES } from '../../sql/arbitraries.js';
import { fencedPieces, projectFiles } from '../corpus.js';
import type { Dice } from '../dice.js';
import { must, tried, type Input, type Outcome, type Target } from '../target.js';
import { MOST_CHARACTERS, mutated, type Stock } from '../text-mutations.js';
import { WEIRD_TEXTS } from '../weird.js';

const stock: Stock = {
  corpus: [
    ...projectFiles('test/fixtures', '.sql', MOST_CHARACTERS),
    ...fencedPieces('sql'),
    ...fc.sample(anyStatement, { seed: 1, numRuns: 400 }).map(printStatement),
  ],
  tokens: PIECES,
};

/** Long or deep in one way. */
function bomb(dice: Dice): string {
  const times = dice.size(1, 60_000);
  const piece = dice.pick([...PIECES, ...WEIRD_TEXTS.filter((text) => text.length < 20)]);
  const many = piece.repeat(Math.min(times, Math.floor(MOST_CHARACTERS / Math.max(1, piece.length))));
  const items = Math.min(times, 10_000);
  return dice.pick<() => string>([
    () => many,
    () => `BACKUP SNAPSHOT a.b TO c ON (${many}`,
    () => `RESTORE SNAPSHOT a.b FROM c PROPERTIES ("a" = "${many}")`,
    () => `BACKUP SNAPSHOT \`${many.replaceAll('`', '')}\` TO r`,
    () => `BACKUP SNAPSHOT l TO r ON (${Array.from({ length: items }, (_, i) => `t${i}`).join(',')})`,
    () =>
      `BACKUP SNAPSHOT l TO r ON (t PARTITION (${Array.from({ length: items }, (_, i) => `p${i}`).join(',')}))`,
    () =>
      `BACKUP SNAPSHOT l TO r PROPERTIES (${Array.from({ length: items }, (_, i) => `"k${i}"="v"`).join(',')})`,
    () => 'SHOW BACKUP;'.repeat(items),
  ])();
}

function makeInput(dice: Dice): Input {
  const kind = dice.below(20);
  if (kind === 0) return { text: bomb(dice).slice(0, MOST_CHARACTERS) };
  if (kind < 6) {
    const pieces = Array.from({ length: dice.size(1, 40) }, () => dice.pick(PIECES));
    return { text: pieces.join(dice.pick([' ', '', '\n'])) };
  }
  const text = dice.pick(stock.corpus);
  return { text: kind === 6 ? text : mutated(text, dice, stock) };
}

function check({ text = '' }: Input): Outcome {
  const one = tried('parseStatement', () => parseStatement(text));
  const script = tried('parseScript', () => parseScript({ name: 'any.sql', text }));
  if (!script.ok) {
    const { place, code } = script.error;
    must(!one.ok && one.error.code === code, `parseStatement takes what parseScript refuses with ${code}`);
    const line = place && text.split('\n')[place.line - 1];
    must(line !== undefined, `the error has no place in the text: ${script.error.format()}`);
    must(place!.column >= 1 && place!.column <= line.length + 1, 'its column is not in its line');
    return code;
  }
  must(one.ok === (script.value.length === 1), 'parseStatement and parseScript disagree');
  for (const statement of script.value) {
    const printed = printStatement(statement);
    const again = tried('parseStatement of what was printed', () => parseStatement(printed));
    must(again.ok, `what was printed is refused: ${printed.slice(0, 500)}`);
    must(printStatement(again.value) === printed, `printed again it differs: ${printed.slice(0, 500)}`);
    if (!printed.includes(HIDDEN_VALUE))
      must(sameStatement(again.value, statement), `it reads as something else: ${printed.slice(0, 500)}`);
  }
  return 'accepted';
}

export const sqlTarget: Target = { name: 'sql', makeInput, check };
