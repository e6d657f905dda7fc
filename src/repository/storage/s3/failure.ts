/**
 * What may be known of a failed request: names and numbers. Messages, headers and bodies of servers stay behind: they quote
 * signatures, access keys and whole signed requests.
 */
export interface S3Failure {
  /** S3's code, the name of the error, or the system's errno; '' if it has none that is one. */
  readonly code: string;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly attempts: number;
  /** In which region the server says that the bucket is. */
  readonly region: string | undefined;
}

/** Thrown for every request that failed. It holds what may be told, and so does its stack. */
export class RequestFailure extends Error implements S3Failure {
  readonly code: string;
  readonly status: number;
  readonly attempts: number;
  readonly region: string | undefined;

  constructor({ code, status, attempts, region }: S3Failure) {
    super();
    this.code = code;
    this.status = status;
    this.attempts = attempts;
    this.region = region;
  }
}

/** Codes are words. Anything else might be a piece of something. */
const CODE = /^[A-Z][A-Za-z0-9]{2,50}$/;
const ERRNO = /^E[A-Z0-9_]{2,40}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/;

/** What Node calls it where a certificate is not trusted: the names of OpenSSL's X.509 errors, as its documentation of TLS lists them. */
const CERTIFICATE_CODES = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Names that say nothing. */
const EMPTY_NAMES = new Set(['Error', 'TypeError', 'AggregateError']);

export function failureOf(error: unknown): S3Failure {
  if (error instanceof RequestFailure) return error;
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
  };
  const isTold = typeof code === 'string' && (ERRNO.test(code) || isCertificateCode(code));
  const word = isTold ? code : codeWord(name);
  return { code: EMPTY_NAMES.has(word) ? '' : word, status: 0, attempts: 1, region: undefined };
}

export const isCertificateCode = (code: string): boolean => CERTIFICATE_CODES.has(code);

/** A code that a server sent, '' for what is none. */
export const codeWord = (code: unknown): string => (typeof code === 'string' && CODE.test(code) ? code : '');

export const regionName = (region: unknown): string | undefined =>
  typeof region === 'string' && REGION.test(region) ? region : undefined;
