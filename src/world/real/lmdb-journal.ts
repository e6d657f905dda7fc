import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { open } from 'lmdb';
import {
  encodeCatalogChange,
  encodeJob,
  encodePlan,
  encodeRepository,
  encodeUploaded,
} from '../../coordinator/journal-codec.js';
import type { Journal, JournalChange, StoredJob } from '../../coordinator/journal.js';
import { checkJournalFile, journalError } from './journal-faults.js';
import { claimJournal, holdsJournal, releaseJournal, type Owner } from './journal-owner.js';
import { readRecords } from './journal-records.js';
import { putSealed, type JournalKey, type JournalStore } from './journal-store.js';
import { thisProcess } from './process-identity.js';

/**
 * Opens the journal in `directory`, which is made if need be; `identity` says what it belongs to. Each write is one
 * transaction that is on the disk itself when `write` returns, and that is there as a whole or not at all, whatever
 * kills the process. Throws JOURNAL_FOREIGN, JOURNAL_FORMAT, JOURNAL_LOCKED, JOURNAL_CORRUPT, JOURNAL_FAILED.
 */
export function openJournal(directory: string, identity: string): Journal & { close(): Promise<void> } {
  const store = openStore(directory);
  const owner: Owner = { ...thisProcess(), token: randomUUID() };
  try {
    inTransaction(store, directory, () => claimJournal(store, directory, identity, owner));
  } catch (error) {
    void store.close();
    throw error;
  }
  return journalOver(store, directory, owner);
}

function openStore(directory: string): JournalStore {
  try {
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
    checkJournalFile(directory);
    const store = open<string, JournalKey>({
      path: directory,
      encoding: 'string',
      // A directory's name may have a dot in it.
      noSubdir: false,
      // Otherwise a transaction is reported as done before it is on the disk.
      overlappingSync: false,
    });
    syncNames(directory, made);
    return store;
  } catch (error) {
    throw journalError(error, directory);
  }
}

/** What is on the disk is of no use while its name is not: the store's files, and directories that were made for it. */
function syncNames(directory: string, firstMade: string | undefined): void {
  const top = firstMade === undefined ? path.resolve(directory) : path.dirname(path.resolve(firstMade));
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const fd = openSync(at, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (at === top || at === path.dirname(at)) return;
  }
}

function journalOver(
  store: JournalStore,
  directory: string,
  owner: Owner,
): Journal & { close(): Promise<void> } {
  let large = new Map<number, LargeParts>();
  let closed = false;
  return {
    read() {
      try {
        // What lies in the journal is what was written last, under the objects that are now handed out.
        const contents = readRecords(store.getRange({ snapshot: true }));
        large = new Map(contents.jobs.map((job) => [job.id, largeParts(job)]));
        return contents;
      } catch (error) {
        throw journalError(error, directory);
      }
    },
    write(changes) {
      const now = new Map(large);
      inTransaction(store, directory, () => {
        holdsJournal(store, directory, owner);
        for (const change of changes) put(store, change, now);
      });
      // Only now: what a failed transaction wrote is not there.
      large = now;
    },
    async close() {
      if (closed) return;
      closed = true;
      try {
        inTransaction(store, directory, () => releaseJournal(store, owner));
      } finally {
        await store.close();
      }
    },
  };
}

const GENERATION: JournalKey = ['generation', 'coordinator'];

/** The parts of a job that are large, and written only when they are others. */
type LargeParts = Pick<StoredJob, 'plan' | 'uploaded'>;

const largeParts = (job: StoredJob): LargeParts => ({
  ...(job.plan && { plan: job.plan }),
  ...(job.uploaded && { uploaded: job.uploaded }),
});

function put(store: JournalStore, change: JournalChange, large: Map<number, LargeParts>): void {
  switch (change.kind) {
    case 'generation':
      putSealed(store, GENERATION, String(change.generation));
      break;
    case 'job':
      putJob(store, change.job, large);
      break;
    case 'forget-job':
      for (const part of ['job', 'plan', 'uploaded']) store.removeSync([part, change.jobId]);
      large.delete(change.jobId);
      break;
    case 'repository':
      putSealed(store, ['repository', change.repository.name], encodeRepository(change.repository));
      break;
    case 'drop-repository':
      store.removeSync(['repository', change.name]);
      break;
    case 'catalog':
      putSealed(store, ['catalog', nextSequence(store)], encodeCatalogChange(change.change));
      break;
  }
}

function putJob(store: JournalStore, job: StoredJob, large: Map<number, LargeParts>): void {
  const last = large.get(job.id);
  putSealed(store, ['job', job.id], encodeJob(job));
  putPart(store, ['plan', job.id], last?.plan, job.plan, encodePlan);
  putPart(store, ['uploaded', job.id], last?.uploaded, job.uploaded, encodeUploaded);
  large.set(job.id, largeParts(job));
}

function putPart<Part>(
  store: JournalStore,
  key: JournalKey,
  last: Part | undefined,
  part: Part | undefined,
  encode: (part: Part) => string,
): void {
  if (part === undefined) store.removeSync(key);
  else if (part !== last) putSealed(store, key, encode(part));
}

/** An empty range where there was no change yet. */
function nextSequence(store: JournalStore): number {
  const last = [
    ...store.getKeys({ start: ['catalog', Infinity], end: ['catalog'], reverse: true, limit: 1 }),
  ];
  const sequence = last[0]?.[1];
  return typeof sequence === 'number' ? sequence + 1 : 1;
}

/** All that `action` writes, or nothing of it; on the disk when this returns. */
function inTransaction(store: JournalStore, directory: string, action: () => void): void {
  try {
    store.transactionSync(action);
  } catch (error) {
    throw journalError(error, directory);
  }
}
