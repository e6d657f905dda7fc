import type { Seen } from '../world/virtual/witness.js';

/** Something that must never be, and was. */
export interface Violation {
  readonly checker: string;
  readonly atMs: number;
  readonly message: string;
}

/** How a run ended, for checkers that judge its end. */
export interface Final {
  readonly nowMs: number;
}

/** One more violation of a kind tells nothing new. */
const MOST_VIOLATIONS = 3;

/**
 * Watches a run for one invariant. It knows what was seen and what the case says, works out by itself what must be, and shares
 * no code with what it checks.
 */
export abstract class Checker {
  abstract readonly name: string;
  /** What it wants to see; it is shown nothing else. */
  abstract readonly kinds: readonly Seen['kind'][];
  private readonly violations: Violation[] = [];

  abstract see(seen: Seen): void;

  /** What was wrong, now that the run is over. */
  end(final: Final): readonly Violation[] {
    this.judge(final);
    return this.violations;
  }

  /** What can be said only at the end. */
  protected judge(_final: Final): void {}

  protected wrong(atMs: number, message: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ checker: this.name, atMs, message });
  }
}
