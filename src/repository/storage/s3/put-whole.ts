import { DrillError } from '../../../base/errors.js';
import { placeOf, type Bucket } from './bucket.js';
import { hexToBase64, md5Base64 } from './md5-base64.js';
import { headersOf, type Writing } from './outcome.js';

/**
 * Puts an object in one request. `md5`: its MD5 in hexadecimal, where it is known. The server holds the bytes against it, so
 * it is not computed a second time here, unless the server says that it is not theirs.
 */
export async function putWhole(
  bucket: Bucket,
  writing: Writing,
  body: Uint8Array,
  md5: string | undefined,
): Promise<void> {
  const contentMd5 = md5 === undefined ? md5Base64(body) : hexToBase64(md5);
  await bucket.client.send({
    method: 'PUT',
    key: writing.key,
    headers: { ...headersOf(writing), 'content-md5': contentMd5 },
    body,
    checkBody() {
      // It was right when the bytes were hashed here; one that was told may be that of what the file once was.
      if (md5 !== undefined && md5Base64(body) !== contentMd5) throw changed(placeOf(bucket, writing.key));
    },
  });
}

function changed(place: string): DrillError {
  return new DrillError('CHECKSUM_MISMATCH', `cannot write ${place}: its bytes do not have its checksum`, {
    hint: 'the file was changed between being hashed and being sent',
  });
}
