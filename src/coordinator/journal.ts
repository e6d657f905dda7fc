import type { Job } from '../job/index.js';

/** Where a job's durable part is written whenever it changes. */
export interface Journal {
  append(job: Job): void;
}

/** Remembers the last record of each job, and no longer than the process lives. */
export function memoryJournal(): Journal & { readonly jobs: ReadonlyMap<number, Job> } {
  const jobs = new Map<number, Job>();
  return { jobs, append: (job) => void jobs.set(job.id, job) };
}
