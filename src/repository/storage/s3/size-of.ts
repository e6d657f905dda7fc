import { DrillError } from '../../../base/errors.js';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { lengthOf } from './object-headers.js';

/** Bytes of the object at a key, undefined if there is none. */
export async function sizeOf(bucket: Bucket, key: string): Promise<number | undefined> {
  try {
    const { headers } = await attempt('read', `look at ${placeOf(bucket, key)}`, () =>
      bucket.client.send({ method: 'HEAD', key }),
    );
    return lengthOf(headers);
  } catch (error) {
    if (error instanceof DrillError && error.code === 'STORAGE_NOT_FOUND') return undefined;
    throw error;
  }
}
