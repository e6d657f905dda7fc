import { DrillError } from '../../../base/errors.js';
import { placeOf, type Bucket } from './bucket.js';
import { hexToBase64, md5Base64 } from './md5-base64.js';
import type { Writing } from './outcome.js';

/** What a body's bytes are held against by the server. */
export interface BodyGuard {
  readonly contentMd5: string;
  /** Throws CHECKSUM_MISMATCH if the bytes here are not those that were hashed. */
  readonly checkBody: () => void;
}

/**
 * `md5`: in hexadecimal, where it is known. It is not computed a second time here, unless the server says that it is not that
 * of what it got.
 */
export function guardOf(
  bucket: Bucket,
  writing: Writing,
  body: Uint8Array,
  md5: string | undefined,
): BodyGuard {
  const contentMd5 = md5 === undefined ? md5Base64(body) : hexToBase64(md5);
  return {
    contentMd5,
    checkBody() {
      // It was right when the bytes were hashed here; one that was told may be that of what the file once was.
      if (md5 !== undefined && md5Base64(body) !== contentMd5) throw changed(placeOf(bucket, writing.key));
    },
  };
}

function changed(place: string): DrillError {
  return new DrillError('CHECKSUM_MISMATCH', `cannot write ${place}: its bytes do not have its checksum`, {
    hint: 'the file was changed between being hashed and being sent',
  });
}
