import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';

interface Running {
  readonly id: number;
  readonly database: string;
  readonly label: string;
  readonly isBackup: boolean;
}

/** Never two jobs in one database; never two writers of one label. Told from the journal: what is in it is accepted. */
export class Exclusion extends Checker {
  readonly name = 'exclusion';
  readonly kinds = ['journal'] as const;
  private readonly running = new Map<number, Running>();

  see(seen: Seen): void {
    if (seen.kind !== 'journal') return;
    for (const change of seen.changes) {
      if (change.kind !== 'job') continue;
      const { id, database, label, states, detail } = change.job;
      const { state } = states.at(-1)!;
      if (state === 'FINISHED' || state === 'CANCELLED') {
        this.running.delete(id);
        continue;
      }
      const isBackup = detail.kind === 'backup';
      if (!this.running.has(id)) this.meet({ id, database, label, isBackup }, seen.atMs);
    }
  }

  private meet(job: Running, atMs: number): void {
    for (const other of this.running.values()) {
      if (other.database === job.database)
        this.wrong(atMs, `jobs ${other.id} and ${job.id} both run on database ${job.database}`);
      if (other.label === job.label && (other.isBackup || job.isBackup))
        this.wrong(atMs, `jobs ${other.id} and ${job.id} both run on label ${job.label}`);
    }
    this.running.set(job.id, job);
  }
}
