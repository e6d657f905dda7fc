import { revive } from '../base/errors.js';
import { failure, success } from './outcome.js';
import type { RepositoryProcedure } from './publish.js';
import type { Answer, Outcome, World } from './world.js';

/** Runs a repository procedure to its end, operation by operation; a failed operation is thrown into it. */
export function runProcedure<T>(world: World, procedure: RepositoryProcedure<T>, answer: Answer<T>): void {
  const resume = (outcome: Outcome<unknown> | undefined): void => {
    try {
      const next = !outcome
        ? procedure.next()
        : outcome.ok
          ? procedure.next(outcome.value)
          : procedure.throw(revive(outcome.error));
      if (next.done) answer(success(next.value));
      else world.perform(next.value, resume);
    } catch (error) {
      answer(failure(error));
    }
  };
  resume(undefined);
}
