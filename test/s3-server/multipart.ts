import { createHash, randomUUID } from 'node:crypto';
import { etagOf, metadataOf } from './objects.js';
import { checkMd5, S3Refusal, type S3Answer, type S3Request } from './request.js';
import type { StoredBucket, StoredPart, StoredUpload, StoreRules } from './store.js';
import { textsOf, xmlDocument } from './xml.js';

export function createUpload(bucket: StoredBucket, request: S3Request): S3Answer {
  const id = randomUUID();
  bucket.uploads.set(id, { id, key: request.key, metadata: metadataOf(request), parts: new Map() });
  const place = { Bucket: request.bucket, Key: request.key };
  return { status: 200, body: xmlDocument('InitiateMultipartUploadResult', { ...place, UploadId: id }) };
}

export function uploadPart(bucket: StoredBucket, request: S3Request): S3Answer {
  const upload = uploadOf(bucket, request);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) throw new S3Refusal(400, 'InvalidArgument');
  checkMd5(request, false);
  const etag = etagOf(request.body);
  upload.parts.set(number, { bytes: request.body, etag });
  return { status: 200, headers: { etag } };
}

export function completeUpload(bucket: StoredBucket, request: S3Request, rules: StoreRules): S3Answer {
  const upload = uploadOf(bucket, request);
  const document = request.body.toString();
  const numbers = textsOf(document, 'PartNumber').map(Number);
  const etags = textsOf(document, 'ETag');
  if (numbers.length === 0) throw new S3Refusal(400, 'MalformedXML');
  const parts = numbers.map((number, i): StoredPart => {
    if (i > 0 && number <= numbers[i - 1]!) throw new S3Refusal(400, 'InvalidPartOrder');
    const part = upload.parts.get(number);
    if (part?.etag !== etags[i]) throw new S3Refusal(400, 'InvalidPart');
    return part!;
  });
  if (parts.slice(0, -1).some(({ bytes }) => bytes.length < rules.minPartBytes)) {
    throw new S3Refusal(400, 'EntityTooSmall');
  }
  const sums = createHash('md5');
  for (const { etag } of parts) sums.update(Buffer.from(etag.slice(1, -1), 'hex'));
  const etag = `"${sums.digest('hex')}-${parts.length}"`;
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  bucket.objects.set(upload.key, { bytes, etag, metadata: upload.metadata });
  bucket.uploads.delete(upload.id);
  const ETag = rules.isCephLike ? '' : etag;
  const place = { Bucket: request.bucket, Key: request.key };
  return { status: 200, body: xmlDocument('CompleteMultipartUploadResult', { ...place, ETag }) };
}

export function abortUpload(bucket: StoredBucket, request: S3Request): S3Answer {
  bucket.uploads.delete(uploadOf(bucket, request).id);
  return { status: 204 };
}

export function listParts(bucket: StoredBucket, request: S3Request): S3Answer {
  const upload = uploadOf(bucket, request);
  const body = xmlDocument('ListPartsResult', {
    Key: upload.key,
    UploadId: upload.id,
    IsTruncated: false,
    Part: [...upload.parts]
      .sort(([a], [b]) => a - b)
      .map(([PartNumber, { bytes, etag }]) => ({ PartNumber, ETag: etag, Size: bytes.length })),
  });
  return { status: 200, body };
}

function uploadOf(bucket: StoredBucket, request: S3Request): StoredUpload {
  const upload = bucket.uploads.get(request.query.get('uploadId') ?? '');
  if (upload?.key !== request.key) throw new S3Refusal(404, 'NoSuchUpload');
  return upload;
}
