import test from 'ava';
import { Dice } from './dice.js';
import { TARGET_NAMES, targetNamed } from './targets/all.js';

/*
 * A short form of `npm run fuzz:parsers`, the same on every machine. It knows no time: what hangs is found by the test's own
 * timeout.
 */

const INPUTS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 300);
/** Larger inputs are left to the fuzzer: they are few, and take most of the time. */
const MOST_CHARACTERS = 20_000;

for (const name of TARGET_NAMES)
  test(`${name}: whatever is given to it is read, or refused as its input's fault`, async (t) => {
    const target = await targetNamed(name);
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= INPUTS; seed++) {
      const input = target.makeInput(new Dice(String(seed), `fuzz ${name}`));
      if (Object.values(input).some((text) => text.length > MOST_CHARACTERS)) continue;
      try {
        const outcome = target.check(input);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        t.fail(`npm run fuzz:parsers -- --target ${name} --seed ${seed}: ${(error as Error).message}`);
        return;
      }
    }
    // Inputs that are all refused, or all accepted, look at nothing.
    t.true((outcomes.get('accepted') ?? 0) > INPUTS / 50, JSON.stringify([...outcomes]));
    t.true(outcomes.size > 1, JSON.stringify([...outcomes]));
  });

test('an input follows from its seed', async (t) => {
  for (const name of TARGET_NAMES) {
    const target = await targetNamed(name);
    const made = (seed: string): unknown => target.makeInput(new Dice(seed, `fuzz ${name}`));
    t.deepEqual(made('7'), made('7'));
    t.notDeepEqual(made('7'), made('8'));
  }
});
