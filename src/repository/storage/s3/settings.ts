import { randomUUID } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { DrillError } from '../../../base/errors.js';
import { randomStream } from '../../../base/random.js';
import type { S3Credentials } from '../spec.js';
import { DEFAULT_BACKOFF, type Backoff } from './retry.js';

const MIB = 1024 * 1024;

export interface S3StorageOptions {
  /**
   * Who we are. Default: looked for in environment variables, the shared files ~/.aws/credentials and
   * ~/.aws/config, and the roles of containers and instances.
   */
  readonly credentials?: S3Credentials;
  /** How often a request is tried before its failure counts, at least 1. Default: 8. */
  readonly maxAttempts?: number;
  /**
   * Up to this size a file is one request; larger ones are sent in parts of it, or of larger ones where 10,000 would not
   * do. Servers want at least 5 MiB. Default: 8 MiB.
   */
  readonly partSizeBytes?: number;
  /** Parts of one file on their way at once while the next is filled: memory is one more. At least 1. Default: 2. */
  readonly partsInFlight?: number;
  /** Names asked for in one list or delete request, 1 to 1000. Default: 1000. */
  readonly pageSize?: number;
  /** For a connection to be made. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** Without a byte in either direction. Default: DRILL_S3_IDLE_TIMEOUT_MS of the environment, or 60,000. */
  readonly idleTimeoutMs?: number;
  /** For a request to be answered, its body included. Default: DRILL_S3_REQUEST_TIMEOUT_MS, or 15 minutes. */
  readonly requestTimeoutMs?: number;
  /** Connections at once. Default: 256, or more where one file alone is sent over more. */
  readonly maxSockets?: number;
  readonly backoff?: Partial<Backoff>;
  /** Draws from [0, 1) for the jitter. Default: unforeseeable. */
  readonly random?: () => number;
  /** How the endpoint's host name becomes an address. Default: the system's way. */
  readonly lookup?: LookupFunction;
  /** Certificates (PEM) of who may vouch for the server. Default: those that Node trusts, and those in NODE_EXTRA_CA_CERTS. */
  readonly ca?: string;
}

/** The options but the credentials, which are handed to the client and kept nowhere else. */
export interface Settings {
  readonly maxAttempts: number;
  readonly partSizeBytes: number;
  readonly partsInFlight: number;
  readonly pageSize: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxSockets: number;
  readonly backoff: Backoff;
  readonly random: () => number;
  readonly lookup: LookupFunction | undefined;
  readonly ca: string | undefined;
}

/** Throws USAGE. */
export function settingsOf(options: S3StorageOptions): Settings {
  const partsInFlight = options.partsInFlight ?? 2;
  return {
    maxAttempts: options.maxAttempts ?? 8,
    partSizeBytes: options.partSizeBytes ?? 8 * MIB,
    partsInFlight,
    pageSize: options.pageSize ?? 1000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? fromEnvironment('DRILL_S3_IDLE_TIMEOUT_MS', 60_000),
    requestTimeoutMs: options.requestTimeoutMs ?? fromEnvironment('DRILL_S3_REQUEST_TIMEOUT_MS', 15 * 60_000),
    maxSockets: options.maxSockets ?? Math.max(256, partsInFlight),
    backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
    random: options.random ?? randomStream(randomUUID(), 'jitter'),
    lookup: options.lookup,
    ca: options.ca,
  };
}

/** A server that stalls must not hold a job up for ever; how long is long depends on the server. */
function fromEnvironment(name: string, otherwiseMs: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwiseMs;
  const ms = Number(text);
  if (Number.isSafeInteger(ms) && ms > 0) return ms;
  throw new DrillError(
    'USAGE',
    `${name} is ${JSON.stringify(text)}, and should be a whole number of milliseconds`,
  );
}
