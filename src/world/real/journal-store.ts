import { crc32 } from 'node:zlib';
import type { RootDatabase } from 'lmdb';
import { corrupt } from '../../coordinator/journal-codec.js';

export type JournalKey = (string | number)[];

/** The store under a journal: sealed texts by key. */
export type JournalStore = RootDatabase<string, JournalKey>;

/*
 * The store finds out when a transaction was cut short, but not when a disk gives back other bytes than it was given: so
 * each record begins with a checksum of its text.
 */

const CHECKSUM_DIGITS = 8;

const seal = (text: string): string => `${checksum(text)} ${text}`;

export function putSealed(store: JournalStore, key: JournalKey, text: string): void {
  store.putSync(key, seal(text));
}

/** The text of a sealed record. Throws JOURNAL_CORRUPT. */
export function unseal(key: string, sealed: unknown): string {
  const text = typeof sealed === 'string' ? sealed.slice(CHECKSUM_DIGITS + 1) : '';
  if (sealed !== seal(text)) throw corrupt(key, 'its checksum is not that of its text');
  return text;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(CHECKSUM_DIGITS, '0');
