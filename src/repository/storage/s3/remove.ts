import { attempt, placeOf, type Bucket } from './bucket.js';
import { codeWord, failureOf, RequestFailure } from './failure.js';
import { travelsInXml } from './keys.js';
import { pages, unfinishedUploads } from './list.js';
import { md5Base64 } from './md5-base64.js';
import { childrenOf, escapeXml, textOf } from './xml.js';

export async function removeFile(bucket: Bucket, key: string): Promise<void> {
  await attempt('write', `remove ${placeOf(bucket, key)}`, async () => {
    try {
      await bucket.client.send({ method: 'DELETE', key });
    } catch (error) {
      // Some servers say so; it is what was wanted.
      if (failureOf(error).code !== 'NoSuchKey') throw error;
    }
  });
}

/** Removes everything below a directory, a page of the list at a time. */
export async function removeTree(bucket: Bucket, directory: string): Promise<void> {
  for await (const { objects } of pages(bucket, bucket.keys.below(directory))) {
    const keys = objects.map(({ key }) => key);
    const together = keys.filter(travelsInXml);
    if (together.length > 0) await removeTogether(bucket, together);
    for (const key of keys) if (!travelsInXml(key)) await removeFile(bucket, key);
  }
}

async function removeTogether(bucket: Bucket, keys: readonly string[]): Promise<void> {
  const first = placeOf(bucket, keys[0]!);
  const doing = keys.length === 1 ? `remove ${first}` : `remove ${first} and ${keys.length - 1} more`;
  const body = Buffer.from(deletionOf(keys));
  const { document, status, attempts } = await attempt('write', doing, () =>
    bucket.client.send({
      method: 'POST',
      query: { delete: '' },
      headers: { 'content-md5': md5Base64(body), 'content-type': 'application/xml' },
      body,
      expects: 'DeleteResult',
    }),
  );
  const errors = childrenOf(document, 'Error');
  const failed = errors.find((error) => textOf(error, 'Code') !== 'NoSuchKey');
  if (!failed) return;
  const code = codeWord(textOf(failed, 'Code'));
  // One by one, with the retries that a single request has, and an error of its own.
  for (const error of errors) {
    const key = textOf(error, 'Key');
    if (key !== undefined && keys.includes(key)) await removeFile(bucket, key);
    else {
      const failure = new RequestFailure({ code, status, attempts, region: undefined });
      await attempt('write', doing, () => Promise.reject(failure));
    }
  }
}

/** In an answer to it are only those that could not be deleted. */
function deletionOf(keys: readonly string[]): string {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join('');
  return `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`;
}

/** Aborts the uploads below a directory that were never completed. Returns how many. */
export async function removeUnfinished(bucket: Bucket, directory: string): Promise<number> {
  const uploads = await unfinishedUploads(bucket, bucket.keys.below(directory));
  for (const { keys, uploadId } of uploads) {
    await attempt('write', `abort an upload of ${placeOf(bucket, keys[0]!)}`, async () => {
      for (const key of keys) if (await abortUpload(bucket, key, uploadId)) break;
    });
  }
  return uploads.length;
}

/** Aborts one upload; false, and fine, if it is not there (any more). */
export async function abortUpload(bucket: Bucket, key: string, uploadId: string): Promise<boolean> {
  try {
    await bucket.client.send({ method: 'DELETE', key, query: { uploadId } });
    return true;
  } catch (error) {
    const { code, status } = failureOf(error);
    if (code === 'NoSuchUpload' || (code !== 'NoSuchBucket' && status === 404)) return false;
    throw error;
  }
}
