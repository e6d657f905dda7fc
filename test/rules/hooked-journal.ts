import { DrillError } from '../../src/base/errors.js';
import type { Journal } from '../../src/coordinator/index.js';
import { textJournal } from '../fixtures/text-journal.js';

/** A journal that tells of the states that jobs enter, and in which the coordinator can be made to die of entering one. */
export interface HookedJournal extends Journal {
  /** Calls back, once, when a job has entered a state. */
  at(state: string, act: () => void): void;
  /** The next write of a job in this state is the last one, or is lost already. */
  dieAt(state: string, when: 'before' | 'after'): void;
  readonly isDead: boolean;
  /** Lets itself be written again. */
  revive(): void;
}

export function hookedJournal(): HookedJournal {
  const journal = textJournal();
  const hooks = new Map<string, () => void>();
  let death: { readonly state: string; readonly when: 'before' | 'after' } | undefined;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new DrillError('JOURNAL_FAILED', 'the coordinator dies here');
  };
  return {
    read: () => journal.read(),
    write(changes) {
      if (isDead) die();
      const entered = changes.flatMap((change) =>
        change.kind === 'job' ? [change.job.states.at(-1)!.state] : [],
      );
      const isLast = death !== undefined && entered.some((state) => state === death!.state);
      if (isLast && death!.when === 'before') die();
      journal.write(changes);
      if (isLast) die();
      for (const state of entered) {
        const act = hooks.get(state);
        hooks.delete(state);
        act?.();
      }
    },
    at: (state, act) => void hooks.set(state, act),
    dieAt: (state, when) => void (death = { state, when }),
    get isDead() {
      return isDead;
    },
    revive() {
      isDead = false;
      death = undefined;
    },
  };
}
