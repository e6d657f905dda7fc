import * as z from 'zod';
import { DrillError } from '../../base/errors.js';
import { corrupt } from '../../coordinator/journal-codec.js';
import { putSealed, unseal, type JournalStore } from './journal-store.js';
import { isAlive, processIdentitySchema, type ProcessIdentity } from './process-identity.js';

/** Grows by one when an older program could misread what this one writes. */
const JOURNAL_FORMAT_VERSION = 1;

/** Who writes a journal. The token tells two openings by one process from each other. */
export interface Owner extends ProcessIdentity {
  readonly token: string;
}

const META = ['meta'];
const OWNER = ['owner'];

const metaSchema = z.object({ formatVersion: z.int(), identity: z.string() });
const ownerSchema = processIdentitySchema.extend({ token: z.string() });

/**
 * Takes the journal for `owner`, or says why not. To be called in a transaction: the store lets one process at a time
 * into one, and lets go of one that died inside, so that two processes cannot both find the journal free.
 */
export function claimJournal(store: JournalStore, directory: string, identity: string, owner: Owner): void {
  const meta = read(store, META, metaSchema);
  if (meta === undefined && !isEmpty(store)) throw corrupt('meta', 'it is missing');
  if (meta && meta.formatVersion > JOURNAL_FORMAT_VERSION) throw newerFormat(directory, meta.formatVersion);
  if (meta && meta.identity !== identity) throw foreign(directory, meta.identity, identity);
  const holder = read(store, OWNER, ownerSchema);
  if (holder && isAlive(holder)) throw locked(directory, holder);
  if (!meta) putSealed(store, META, JSON.stringify({ formatVersion: JOURNAL_FORMAT_VERSION, identity }));
  putSealed(store, OWNER, JSON.stringify(owner));
}

/** Throws JOURNAL_LOCKED if the journal is another's by now: one to whom this process looked dead. */
export function holdsJournal(store: JournalStore, directory: string, owner: Owner): void {
  const holder = read(store, OWNER, ownerSchema);
  if (holder?.token === owner.token) return;
  throw new DrillError('JOURNAL_LOCKED', `the journal in ${directory} was taken over by another process`, {
    hint: 'let one process at a time use a data directory',
  });
}

export function releaseJournal(store: JournalStore, owner: Owner): void {
  if (read(store, OWNER, ownerSchema)?.token === owner.token) store.removeSync(OWNER);
}

/** Whether a key belongs to the journal itself, and not to what it keeps. */
export const isOwnRecord = (kind: unknown): boolean => kind === META[0] || kind === OWNER[0];

function read<T>(store: JournalStore, key: string[], schema: z.ZodType<T>): T | undefined {
  const sealed = store.get(key);
  if (sealed === undefined) return undefined;
  const [name = ''] = key;
  const text = unseal(name, sealed);
  const value = schema.safeParse(JSON.parse(text));
  if (!value.success) throw corrupt(name, 'it is not as it should be', value.error);
  return value.data;
}

const isEmpty = (store: JournalStore): boolean => store.getKeysCount({ limit: 1 }) === 0;

function newerFormat(directory: string, formatVersion: number): DrillError {
  const message = `the journal in ${directory} has format ${formatVersion}; this program knows formats up to ${JOURNAL_FORMAT_VERSION}`;
  return new DrillError('JOURNAL_FORMAT', message, {
    hint: 'use the newer program that wrote it, or another data directory',
  });
}

function foreign(directory: string, theirs: string, ours: string): DrillError {
  return new DrillError(
    'JOURNAL_FOREIGN',
    `the journal in ${directory} belongs to ${theirs}, not to ${ours}`,
    {
      hint: 'the scenario, or a --set, is another than when it began: start it as then, or choose another data directory',
    },
  );
}

function locked(directory: string, holder: Owner): DrillError {
  return new DrillError('JOURNAL_LOCKED', `process ${holder.pid} uses the journal in ${directory}`, {
    hint: 'wait for it to end, or choose another data directory',
  });
}
