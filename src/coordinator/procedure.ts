import { revive } from '../base/errors.js';
import { failure, success } from './outcome.js';
import type { RepositoryProcedure } from './publish.js';
import type { Answer, Outcome, RepositoryOperation, World } from './world.js';

/** Runs a repository procedure to its end, operation by operation; a failed operation is thrown into it. */
export function runProcedure<T>(world: World, procedure: RepositoryProcedure<T>, answer: Answer<T>): void {
  const resume = (outcome: Outcome<unknown> | undefined): void => {
    let next: IteratorResult<RepositoryOperation, T>;
    try {
      next = !outcome
        ? procedure.next()
        : outcome.ok
          ? procedure.next(outcome.value)
          : procedure.throw(revive(outcome.error));
    } catch (error) {
      answer(failure(error));
      return;
    }
    // Outside of `try`: what goes wrong in whoever is answered is no failure of the procedure.
    if (next.done) answer(success(next.value));
    else world.perform(next.value, resume);
  };
  resume(undefined);
}
