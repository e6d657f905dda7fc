import test, { type ExecutionContext } from 'ava';
import { realRuleWorld } from './real-rule-world.js';
import { done, type RuleOptions, type RuleWorld } from './rule-world.js';
import { virtualRuleWorld } from './virtual-rule-world.js';

const WORLDS = { virtual: virtualRuleWorld, real: realRuleWorld };

/** One rule of the statement, by its id and name in docs/statement.md: a test of that name in each of the two worlds. */
export function rule(
  name: string,
  options: RuleOptions,
  check: (t: ExecutionContext, world: RuleWorld) => Promise<void>,
): void {
  for (const [kind, start] of Object.entries(WORLDS)) {
    test.serial(`${name} [${kind}]`, async (t) => {
      const world = await start(options);
      try {
        await done(t, world, `CREATE REPOSITORY repo ${world.place}`);
        await check(t, world);
      } finally {
        await world.close();
      }
    });
  }
}
