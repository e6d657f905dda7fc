import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';

/** Nothing fails in a way that the program itself calls impossible. */
export class NoInternal extends Checker {
  readonly name = 'no-internal';
  readonly kinds = ['operation', 'journal'] as const;

  see(seen: Seen): void {
    if (seen.kind === 'operation') {
      const { error, operation, task } = seen;
      if (error?.code === 'INTERNAL')
        this.wrong(seen.atMs, `${operation.op} on node ${task.node}: ${error.message}`);
    } else if (seen.kind === 'journal') {
      for (const change of seen.changes)
        if (change.kind === 'job' && change.job.error?.code === 'INTERNAL')
          this.wrong(seen.atMs, `job ${change.job.id} ended with ${change.job.error.message}`);
    }
  }
}
