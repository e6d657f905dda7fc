import type { Access } from '../errno.js';
import type { S3Client } from './client.js';
import { s3Error } from './errors.js';
import type { KeySpace } from './keys.js';
import type { PartMemory } from './part-memory.js';
import type { Settings } from './settings.js';

/** What every part of an S3 storage works with. */
export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
  readonly keys: KeySpace;
  readonly settings: Settings;
  readonly memory: PartMemory;
  /** `s3://bucket/prefix`, for messages. */
  readonly location: string;
}

/** Where a key is, for messages. Control characters are shown as what they are, not sent to a terminal. */
export function placeOf(bucket: Bucket, key: string): string {
  const shown = key.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return `s3://${bucket.name}/${shown}`;
}

/** Runs requests; their failure becomes a DrillError that says what was being done to what. */
export async function attempt<T>(access: Access, doing: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw s3Error(error, access, doing);
  }
}
