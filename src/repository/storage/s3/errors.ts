import type { ErrorCode } from '../../../base/error-codes.js';
import { DrillError } from '../../../base/errors.js';
import type { Access } from '../errno.js';
import { failureOf, isCertificateCode, type S3Failure } from './failure.js';

/** What a failure means here. `refused`: REPOSITORY_UNREADABLE or REPOSITORY_UNWRITABLE, whichever was tried. */
interface Meaning {
  readonly code: ErrorCode | 'refused';
  readonly reason: string;
  readonly hint?: string;
}

const CHECK_KEYS = 'check the access key and the secret key, and that they belong to this endpoint';
const CHECK_ENDPOINT = 'check the endpoint: its scheme, host and port, and that it is reachable from here';
const CHECK_REGION =
  "name the region where the bucket is; for servers other than AWS, the one that they are set up with ('default' on Ceph)";

const UNREACHABLE: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'the endpoint cannot be reached',
  hint: CHECK_ENDPOINT,
};
const BROKEN_OFF: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'the connection broke',
  hint:
    'the network or the server is in trouble, or something between them cuts connections: try again later; ' +
    "if it never works, the endpoint's scheme may be the wrong one of http and https",
};
const TIMED_OUT: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'the server did not answer in time',
  hint: 'it is overloaded or unreachable: try again later, or with fewer uploads at once',
};
const SLOW_DOWN: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'the server keeps asking to slow down',
  hint: 'it is overloaded or limits requests: use fewer uploads at once, or raise its limit',
};
const NO_KEYS: Meaning = {
  code: 'S3_CREDENTIALS',
  reason: 'no credentials were found',
  hint:
    'give them with the repository, or where they are looked for: the environment (AWS_ACCESS_KEY_ID and ' +
    'AWS_SECRET_ACCESS_KEY), the files ~/.aws/credentials and ~/.aws/config (AWS_PROFILE chooses in them), ' +
    'and the role of the container or the instance',
};
const EXPIRED: Meaning = {
  code: 'refused',
  reason: 'the session token has expired or is not valid',
  hint: 'get new temporary credentials',
};
const WRONG_REGION: Meaning = {
  code: 'refused',
  reason: 'the bucket is in another region',
  hint: CHECK_REGION,
};
const SKEWED: Meaning = {
  code: 'refused',
  reason: "this machine's clock differs too much from the server's",
  hint: 'set the clock of this machine, best by NTP',
};
const FULL: Meaning = {
  code: 'DISK_FULL',
  reason: 'the storage or its quota is full',
  hint: 'free some space there, or raise the quota',
};
const DAMAGED: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'the bytes that the server received are not those that were sent',
  hint: 'something between here and the server damages data: a proxy, a network card, memory',
};
const UNTRUSTED: Meaning = {
  code: 'STORAGE_FAILED',
  reason: "the server's certificate is not trusted",
  hint:
    'if it is of an authority of your own, name the file of its certificate (PEM) in the environment variable ' +
    'NODE_EXTRA_CA_CERTS; otherwise somebody may be listening',
};
const OF_ANOTHER_TIME: Meaning = {
  code: 'STORAGE_FAILED',
  reason: "the server's certificate has expired, or is not valid yet",
  hint: "renew it, and check this machine's clock",
};
const OF_ANOTHER_NAME: Meaning = {
  code: 'STORAGE_FAILED',
  reason: "the server's certificate is for other names than the endpoint's",
  hint: 'name the endpoint as its certificate does; with virtual-hosted addressing it must be for the names of buckets, too',
};
const NO_TLS: Meaning = {
  code: 'STORAGE_FAILED',
  reason: 'what answered does not speak TLS',
  hint: `${CHECK_ENDPOINT}; http where no TLS is spoken`,
};

const MEANINGS: Readonly<Record<string, Meaning | undefined>> = {
  NoSuchKey: { code: 'STORAGE_NOT_FOUND', reason: 'there is no such file' },
  NotFound: { code: 'STORAGE_NOT_FOUND', reason: 'there is no such file' },
  NoSuchBucket: {
    code: 'refused',
    reason: 'there is no such bucket',
    hint: 'check its name, or create it: buckets are never created by this program',
  },
  InvalidBucketName: {
    code: 'refused',
    reason: 'no bucket can have this name',
    hint: 'check the name of the bucket',
  },
  AccessDenied: {
    code: 'refused',
    reason: 'access is denied',
    hint: 'the credentials need permission to list the bucket, to get, put and delete objects, and to list and abort multipart uploads',
  },
  InvalidAccessKeyId: {
    code: 'refused',
    reason: 'the server does not know the access key',
    hint: CHECK_KEYS,
  },
  SignatureDoesNotMatch: {
    code: 'refused',
    reason: 'the signature does not match: the secret key is not that of the access key',
    hint: CHECK_KEYS,
  },
  ExpiredToken: EXPIRED,
  InvalidToken: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  RequestTimeTooSkewed: SKEWED,
  RequestExpired: SKEWED,
  PermanentRedirect: WRONG_REGION,
  TemporaryRedirect: WRONG_REGION,
  AuthorizationHeaderMalformed: WRONG_REGION,
  IllegalLocationConstraintException: WRONG_REGION,
  SlowDown: SLOW_DOWN,
  ServiceUnavailable: SLOW_DOWN,
  TooManyRequests: SLOW_DOWN,
  QuotaExceeded: FULL,
  InsufficientStorage: FULL,
  XMinioStorageFull: FULL,
  KeyTooLongError: { code: 'STORAGE_PATH', reason: 'the key is too long for this server' },
  BadDigest: DAMAGED,
  InvalidDigest: DAMAGED,
  XAmzContentSHA256Mismatch: DAMAGED,
  PreconditionFailed: { code: 'STORAGE_FAILED', reason: 'the file was replaced while it was read' },
  InvalidRange: { code: 'STORAGE_FAILED', reason: 'the file was replaced while it was read' },
  NoSuchUpload: {
    code: 'STORAGE_FAILED',
    reason: 'the upload is gone',
    hint: 'something aborted it: another run on this snapshot, or a rule of the bucket on unfinished uploads',
  },
  EntityTooSmall: {
    code: 'STORAGE_FAILED',
    reason: 'a part is smaller than the server takes',
    hint: 'use parts of at least 5 MiB',
  },
  CredentialsProviderError: NO_KEYS,
  TokenProviderError: NO_KEYS,
  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ECONNRESET: BROKEN_OFF,
  EPIPE: BROKEN_OFF,
  ETIMEDOUT: TIMED_OUT,
  TimeoutError: TIMED_OUT,
  RequestTimeout: TIMED_OUT,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: OF_ANOTHER_NAME,
  HOSTNAME_MISMATCH: OF_ANOTHER_NAME,
  CERT_HAS_EXPIRED: OF_ANOTHER_TIME,
  CERT_NOT_YET_VALID: OF_ANOTHER_TIME,
};

/** For answers without a code, as to HEAD. */
const BY_STATUS: Readonly<Record<number, Meaning | undefined>> = {
  301: WRONG_REGION,
  307: WRONG_REGION,
  403: MEANINGS['AccessDenied']!,
  404: MEANINGS['NoSuchKey']!,
  412: MEANINGS['PreconditionFailed']!,
  416: MEANINGS['InvalidRange']!,
  429: SLOW_DOWN,
  503: SLOW_DOWN,
  507: FULL,
};

/**
 * A failure of the S3 client as a DrillError: `doing` says what was tried, as in `cannot <doing>: <reason>`. It has no
 * `cause` on purpose: what others throw may hold the request, and with it signatures and access keys.
 */
export function s3Error(error: unknown, access: Access, doing: string): DrillError {
  if (error instanceof DrillError) return error;
  const failure = failureOf(error);
  const meaning = meaningOf(failure);
  const refusal = access === 'read' ? 'REPOSITORY_UNREADABLE' : 'REPOSITORY_UNWRITABLE';
  const code = meaning.code === 'refused' ? refusal : meaning.code;
  const hint = meaning === WRONG_REGION && failure.region ? `use region ${failure.region}` : meaning.hint;
  return new DrillError(code, `cannot ${doing}: ${meaning.reason}${detailsOf(failure)}`, { hint });
}

function meaningOf(failure: S3Failure): Meaning {
  const meaning = MEANINGS[failure.code] ?? BY_STATUS[failure.status];
  if (meaning) return meaning;
  if (isCertificateCode(failure.code)) return UNTRUSTED;
  if (failure.status >= 500) {
    return {
      code: 'STORAGE_FAILED',
      reason: 'the server failed',
      hint: "try again later, and look at the server's log",
    };
  }
  if (failure.code === '' && failure.status < 400) {
    return {
      code: 'STORAGE_FAILED',
      reason: 'what answered does not speak S3',
      hint: `${CHECK_ENDPOINT}; https where TLS is spoken`,
    };
  }
  return { code: 'STORAGE_FAILED', reason: 'the server refused it' };
}

function detailsOf({ code, status, attempts }: S3Failure): string {
  const details = [
    code,
    status > 0 ? `HTTP ${status}` : '',
    attempts > 1 ? `after ${attempts} attempts` : '',
  ].filter((detail) => detail !== '');
  return details.length === 0 ? '' : ` (${details.join(', ')})`;
}
