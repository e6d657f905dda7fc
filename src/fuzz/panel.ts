import type { Seen } from '../world/virtual/witness.js';
import type { Checker, Final, Violation } from './checker.js';
import type { JobLog } from './job-log.js';

/** Shows each checker what it wants to see, in the order in which it happened. */
export class Panel {
  private readonly checkers: readonly Checker[];
  private readonly byKind: Readonly<Record<Seen['kind'], Checker[]>>;
  private readonly log: JobLog;

  constructor(log: JobLog, checkers: readonly Checker[]) {
    this.log = log;
    this.checkers = checkers;
    this.byKind = {
      operation: [],
      task: [],
      request: [],
      document: [],
      dropped: [],
      journal: [],
      coordinator: [],
      fault: [],
      asked: [],
      message: [],
    };
    for (const checker of checkers) for (const kind of checker.kinds) this.byKind[kind].push(checker);
  }

  see(seen: Seen): void {
    if (seen.kind === 'journal') this.log.see(seen);
    for (const checker of this.byKind[seen.kind]) checker.see(seen);
  }

  end(final: Final): Violation[] {
    return this.checkers.flatMap((checker) => checker.end(final));
  }
}
