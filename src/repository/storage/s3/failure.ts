/**
 * What may be known of a failed request: names and numbers. Messages, headers and dumps of the SDK and of servers stay
 * behind: they quote signatures, access keys and whole signed requests.
 */
export interface S3Failure {
  /** S3's code, the SDK's name, or the system's errno; '' if it has none that is one. */
  readonly code: string;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly attempts: number;
  /** In which region the server says that the bucket is. */
  readonly region: string | undefined;
}

interface SdkError {
  readonly name?: unknown;
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** Codes are words. Anything else might be a piece of something. */
const CODE = /^[A-Z][A-Za-z]{2,50}$/;
const ERRNO = /^E[A-Z0-9_]{2,40}$/;
const REGION = /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/;

export function failureOf(error: unknown): S3Failure {
  const sdk = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
  const region = sdk.$response?.headers?.['x-amz-bucket-region'];
  return {
    code: codeOf(sdk),
    status: sdk.$metadata?.httpStatusCode ?? sdk.$response?.statusCode ?? 0,
    attempts: sdk.$metadata?.attempts ?? 1,
    region: region !== undefined && REGION.test(region) ? region : undefined,
  };
}

/** Names that say nothing: the SDK's for a code that its model of S3 does not have. */
const EMPTY_NAMES = new Set(['Error', 'TypeError', 'S3ServiceException', 'UnknownError', 'Unknown']);

function codeOf({ name, Code, code }: SdkError): string {
  // First, since the SDK names every broken connection a TimeoutError.
  if (typeof code === 'string' && ERRNO.test(code)) return code;
  const word = [Code, name].find(
    (candidate) => typeof candidate === 'string' && CODE.test(candidate) && !EMPTY_NAMES.has(candidate),
  );
  return typeof word === 'string' ? word : '';
}
