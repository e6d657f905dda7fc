import { createHash } from 'node:crypto';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Credentials, S3StorageSpec } from '../spec.js';
import { retryStrategy } from './retry.js';
import type { Settings } from './settings.js';

/** Requests whose body has a Content-MD5 that is signed: the SHA-256 of the body would say the same a second time. */
const COVERED_BY_MD5 = new Set(['PutObjectCommand', 'UploadPartCommand']);

/** A client of our own for one storage. It warns of nothing on the console, and follows no redirects. */
export function s3Client(
  spec: S3StorageSpec,
  settings: Settings,
  credentials: S3Credentials | undefined,
): S3Client {
  silenceVersionWarning();
  const agent = {
    keepAlive: true,
    maxSockets: settings.maxSockets,
    ...(settings.lookup ? { lookup: settings.lookup } : {}),
  };
  const config: S3ClientConfig = {
    region: spec.region,
    forcePathStyle: spec.addressing === 'path',
    ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }),
    // A copy, since the SDK notes in the object where it came from, and those of a statement are frozen.
    ...(credentials ? { credentials: { ...credentials } } : {}),
    // Some servers keep the checksum's trailer as if it were data.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would take a new connection for each large body, and wait for servers that never say "continue".
    expectContinueHeader: false,
    maxAttempts: settings.maxAttempts,
    retryStrategy: retryStrategy(settings.maxAttempts, settings.backoff, settings.random),
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs,
      socketTimeout: settings.idleTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
      logger: SILENT,
    },
  };
  const client = new S3Client(config);
  sendMd5OfDeletions(client);
  if (isEncrypted(spec)) leaveBodiesUnsigned(client);
  return client;
}

const SILENT = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** The SDK tells people on Node 20 to upgrade; this project's lock file, not its user, chooses the SDK. */
function silenceVersionWarning(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

function isEncrypted(spec: S3StorageSpec): boolean {
  return spec.endpoint === undefined || /^https:/i.test(spec.endpoint);
}

interface Request {
  headers: Record<string, string>;
  readonly body?: unknown;
}

/** DeleteObjects must have a checksum; the SDK would send a CRC-32, which servers that are not AWS do not know. */
function sendMd5OfDeletions(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === 'DeleteObjectsCommand') {
        const request = args.request as Request;
        for (const name of Object.keys(request.headers)) {
          if (/^x-amz-(?:sdk-)?checksum-/i.test(name)) delete request.headers[name];
        }
        request.headers['content-md5'] = createHash('md5').update(String(request.body)).digest('base64');
      }
      return next(args);
    },
    // After the SDK's own checksum, which is a `build` step of normal priority, and before the signature.
    { step: 'build', priority: 'low', name: 'md5OfDeletions' },
  );
}

/** TLS guards bodies on their way, and their MD5 is signed: hashing them once more would halve what a core can send. */
function leaveBodiesUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (COVERED_BY_MD5.has(context.commandName ?? '')) {
        (args.request as Request).headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(args);
    },
    { step: 'build', name: 'unsignedBodies' },
  );
}
