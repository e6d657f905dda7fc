import type { S3Answer, S3Request } from './request.js';
import { byUtf8, type StoredBucket, type StoreRules } from './store.js';
import { xmlDocument } from './xml.js';

const WRITTEN_AT = '2026-01-01T00:00:00.000Z';

/** As AWS encodes in lists: a space becomes `+`, a slash stays. */
export const listed = (text: string, encodingType: string | undefined): string =>
  encodingType === 'url'
    ? encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+').replaceAll('*', '%2A')
    : text;

const limitOf = (request: S3Request, name: string, rules: StoreRules): number =>
  Math.min(Number(request.query.get(name) ?? 1000), rules.maxKeys);

export function listObjects(bucket: StoredBucket, request: S3Request, rules: StoreRules): S3Answer {
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const encoding = request.query.get('encoding-type');
  const token = request.query.get('continuation-token');
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  const limit = limitOf(request, 'max-keys', rules);
  const entries: { name: string; isDirectory: boolean }[] = [];
  let isTruncated = false;
  for (const key of [...bucket.objects.keys()].sort(byUtf8)) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    const isOld = after !== '' && (byUtf8(name, after) <= 0 || (cut >= 0 && after.startsWith(name)));
    if (isOld || entries.at(-1)?.name === name) continue;
    if ((isTruncated = entries.length === limit)) break;
    entries.push({ name, isDirectory: cut >= 0 });
  }
  const files = entries.filter(({ isDirectory }) => !isDirectory);
  const directories = entries.filter(({ isDirectory }) => isDirectory);
  const body = xmlDocument('ListBucketResult', {
    Name: request.bucket,
    Prefix: listed(prefix, encoding),
    KeyCount: entries.length,
    MaxKeys: limit,
    EncodingType: encoding,
    IsTruncated: isTruncated,
    NextContinuationToken: isTruncated ? Buffer.from(entries.at(-1)!.name).toString('base64url') : undefined,
    Contents: files.map(({ name }) => ({
      Key: listed(name, encoding),
      LastModified: WRITTEN_AT,
      ETag: bucket.objects.get(name)!.etag,
      Size: bucket.objects.get(name)!.bytes.length,
    })),
    CommonPrefixes: directories.map(({ name }) => ({ Prefix: listed(name, encoding) })),
  });
  return { status: 200, body };
}

export function listUploads(bucket: StoredBucket, request: S3Request, rules: StoreRules): S3Answer {
  const prefix = request.query.get('prefix') ?? '';
  const encoding = request.query.get('encoding-type');
  const keyMarker = request.query.get('key-marker') ?? '';
  const idMarker = request.query.get('upload-id-marker') ?? '';
  const limit = limitOf(request, 'max-uploads', rules);
  const all = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => byUtf8(a.key, b.key) || byUtf8(a.id, b.id))
    .filter(({ key, id }) => {
      const order = byUtf8(key, keyMarker);
      return keyMarker === '' || order > 0 || (order === 0 && idMarker !== '' && byUtf8(id, idMarker) > 0);
    });
  const page = all.slice(0, limit);
  const last = page.at(-1);
  const isTruncated = all.length > limit && last !== undefined;
  const body = xmlDocument('ListMultipartUploadsResult', {
    Bucket: request.bucket,
    Prefix: listed(prefix, encoding),
    EncodingType: rules.isCephLike ? undefined : encoding,
    IsTruncated: isTruncated,
    NextKeyMarker: isTruncated ? listed(last.key, rules.isCephLike ? undefined : encoding) : undefined,
    NextUploadIdMarker: isTruncated ? last.id : undefined,
    Upload: page.map(({ key, id }) => ({ Key: listed(key, encoding), UploadId: id, Initiated: WRITTEN_AT })),
  });
  return { status: 200, body };
}
