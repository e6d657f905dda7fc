import { guardOf } from './body-guard.js';
import type { Bucket } from './bucket.js';
import { headersOf, type Writing } from './outcome.js';

/** Puts an object in one request. `md5`: its MD5 in hexadecimal, where it is known. */
export async function putWhole(
  bucket: Bucket,
  writing: Writing,
  body: Uint8Array,
  md5: string | undefined,
): Promise<void> {
  const { contentMd5, checkBody } = guardOf(bucket, writing, body, md5);
  await bucket.client.send({
    method: 'PUT',
    key: writing.key,
    headers: { ...headersOf(writing), 'content-md5': contentMd5 },
    body,
    checkBody,
  });
}
