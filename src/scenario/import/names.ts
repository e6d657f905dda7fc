import { name as validName } from '../values.js';
import type { Assumptions } from './facts.js';

const MOST_CHARACTERS = 64;

/** Names that a scenario can have, for those of a cluster: no two of them the same. */
export class Names {
  private readonly taken = new Set<string>();
  private readonly assumptions: Assumptions;

  constructor(assumptions: Assumptions) {
    this.assumptions = assumptions;
  }

  /** `what`: is named so, for messages. */
  of(name: string, what: string): string {
    const isValid = validName.safeParse(name).success;
    const plain = isValid ? name : `x${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, MOST_CHARACTERS);
    const own = this.untaken(plain);
    this.taken.add(own);
    if (own !== name)
      this.assumptions.add(`The ${what} named ${JSON.stringify(name)} is called ${own} in the scenario.`);
    return own;
  }

  private untaken(plain: string): string {
    let own = plain;
    for (let i = 2; this.taken.has(own); i++) {
      const suffix = `_${i}`;
      own = plain.slice(0, MOST_CHARACTERS - suffix.length) + suffix;
    }
    return own;
  }
}
