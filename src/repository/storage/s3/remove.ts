import { AbortMultipartUploadCommand, DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { attempt, placeOf, type Bucket } from './bucket.js';
import { failureOf } from './failure.js';
import { travelsInXml } from './keys.js';
import { pages, unfinishedUploads } from './list.js';

export async function removeFile(bucket: Bucket, key: string): Promise<void> {
  await attempt('write', `remove ${placeOf(bucket, key)}`, async () => {
    try {
      await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
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
  const { Errors = [] } = await attempt('write', doing, () =>
    bucket.client.send(
      new DeleteObjectsCommand({
        Bucket: bucket.name,
        Delete: { Objects: keys.map((key) => ({ Key: key })), Quiet: true },
      }),
    ),
  );
  const failed = Errors.find(({ Code }) => Code !== 'NoSuchKey');
  if (!failed) return;
  // One by one, with the retries that a single request has, and an error of its own.
  for (const { Key } of Errors) {
    if (Key !== undefined && keys.includes(Key)) await removeFile(bucket, Key);
    else
      await attempt('write', doing, () => Promise.reject(Object.assign(new Error(), { Code: failed.Code })));
  }
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
  const target = { Bucket: bucket.name, Key: key, UploadId: uploadId };
  try {
    await bucket.client.send(new AbortMultipartUploadCommand(target));
    return true;
  } catch (error) {
    const { code, status } = failureOf(error);
    if (code === 'NoSuchUpload' || (code !== 'NoSuchBucket' && status === 404)) return false;
    throw error;
  }
}
