import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { DrillError } from '../../../base/errors.js';
import { attempt, placeOf, type Bucket } from './bucket.js';

/** Bytes of the object at a key, undefined if there is none. */
export async function sizeOf(bucket: Bucket, key: string): Promise<number | undefined> {
  try {
    const head = new HeadObjectCommand({ Bucket: bucket.name, Key: key });
    const { ContentLength } = await attempt('read', `look at ${placeOf(bucket, key)}`, () =>
      bucket.client.send(head),
    );
    return ContentLength;
  } catch (error) {
    if (error instanceof DrillError && error.code === 'STORAGE_NOT_FOUND') return undefined;
    throw error;
  }
}
