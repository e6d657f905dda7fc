import type { Bucket } from './bucket.js';
import { failureOf } from './failure.js';
import { metadataHeader, metadataOf } from './object-headers.js';

/** One writing of one file: the name that it leaves on the object tells it from all others. */
export interface Writing {
  readonly key: string;
  readonly id: string;
}

const WRITING_METADATA = 'drill-writing';

export const headersOf = ({ id }: Writing): Record<string, string> => ({
  [metadataHeader(WRITING_METADATA)]: id,
});

/**
 * Whether the request that failed may have done its work all the same: its answer was lost, or the try before it did the
 * work. What a server refuses at the first try, it has not done.
 */
export function mayHaveHappened(error: unknown): boolean {
  const { status, attempts, code } = failureOf(error);
  if (status === 0 && attempts === 1 && NEVER_SENT.has(code)) return false;
  return attempts > 1 || status < 400 || status >= 500 || code === 'NoSuchUpload';
}

const NEVER_SENT = new Set(['CredentialsProviderError', 'TokenProviderError', 'ECONNREFUSED', 'ENOTFOUND']);

/** Whether the object at the key is what this writing made, whole. Objects appear whole or not at all. */
export async function hasAppeared(bucket: Bucket, writing: Writing): Promise<boolean> {
  try {
    const { headers } = await bucket.client.send({ method: 'HEAD', key: writing.key });
    return metadataOf(headers, WRITING_METADATA) === writing.id;
  } catch (error) {
    if (failureOf(error).status === 404) return false;
    throw error;
  }
}

/** Takes back the object if it is this writing's. */
export async function takeBack(bucket: Bucket, writing: Writing): Promise<void> {
  if (!(await hasAppeared(bucket, writing))) return;
  await bucket.client.send({ method: 'DELETE', key: writing.key });
}
