import type { RepositoryOperation, World } from './world.js';

export interface RetractOptions {
  /**
   * A coordinator that died may have had a manifest on its way to a storage where what was sent can arrive later: taken back
   * again when no such request can be alive any more.
   */
  readonly mayComeLate: boolean;
}

const ATTEMPTS = 20;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** No request to a repository lives longer. */
const REQUEST_LIFETIME_MS = 60_000;

/**
 * Takes back what must not be seen, and tries that again for a quarter of an hour where the repository fails. Calls back when it
 * is done or given up; a coordinator that starts later takes it up again.
 */
export function retract(
  world: World,
  operation: RepositoryOperation,
  { mayComeLate }: RetractOptions,
  done: () => void,
): void {
  const attempt = (n: number): void =>
    world.perform(operation, (outcome) => {
      if (!outcome.ok && n < ATTEMPTS) {
        const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (n - 1));
        return world.wakeAt(world.now() + waitMs, () => attempt(n + 1));
      }
      if (!mayComeLate) return done();
      const again = (): void => retract(world, operation, { mayComeLate: false }, done);
      return world.wakeAt(world.now() + REQUEST_LIFETIME_MS, again);
    });
  attempt(1);
}
