import { CreateBucketCommand, HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { openStorage } from '../../src/repository/storage/open.js';
import type { S3StorageSpec } from '../../src/repository/storage/spec.js';
import type { ServerAddress, ServerOrder } from './s3-process.js';

/** Where the S3 scenarios of a suite write: a part of a bucket for each run, and nothing of it stays. */
export interface S3Place {
  /** For people: what was measured. */
  readonly about: string;
  /** A place below the suite's own prefix. */
  readonly at: (name: string) => S3StorageSpec;
  /** The same as people write it, with the server that it is on. */
  readonly location: (name: string) => {
    readonly repository: string;
    readonly endpoint: string;
    readonly region: string;
  };
  /** Removes all there is below a place. */
  readonly empty: (spec: S3StorageSpec) => Promise<void>;
  /** Removes the rest, and ends what was started. */
  readonly close: () => Promise<void>;
}

/**
 * A real server where DRILL_S3_ENDPOINT and DRILL_S3_BUCKET (and DRILL_S3_REGION) name one, with credentials where the SDK
 * looks for them; otherwise one of its own, in a process of its own.
 */
export function openS3Place(environment: NodeJS.ProcessEnv): Promise<S3Place> {
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const endpoint = environment['DRILL_S3_ENDPOINT'];
  const bucket = environment['DRILL_S3_BUCKET'];
  if (endpoint === undefined || bucket === undefined) return startOwnServer(environment);
  return useRealServer({ endpoint, bucket, region: environment['DRILL_S3_REGION'] ?? 'default' });
}

type Server = ServerAddress & { readonly bucket: string };

async function useRealServer(server: Server): Promise<S3Place> {
  const { endpoint, region, bucket } = server;
  const client = new S3Client({ endpoint, region, forcePathStyle: true });
  const { host } = new URL(endpoint);
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (statusOf(error) !== NOT_FOUND) throw notSeen(bucket, host, error);
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
  return placeOn(server, `the S3 server at ${host}`, () => undefined);
}

const NOT_FOUND = 404;

/** Of what a server answered; undefined where none did. */
const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** A bucket that is there, and not for us, is not to be created: the answer to that would tell less. */
function notSeen(bucket: string, host: string, error: unknown): Error {
  const status = statusOf(error);
  const { name, message, code } = error as Error & { readonly code?: string };
  // The answer to a look at a bucket has no body, so that there is little but its status.
  const what =
    status === undefined ? (message === '' ? (code ?? name) : message) : `it answers ${status}, ${name}`;
  const hint = status === undefined ? '' : ': check the credentials, DRILL_S3_REGION and DRILL_S3_ENDPOINT';
  return new Error(`cannot look at bucket ${bucket} at ${host} (${what})${hint}`, { cause: error });
}

const START_TIMEOUT_MS = 10_000;

async function startOwnServer(environment: NodeJS.ProcessEnv): Promise<S3Place> {
  const order: ServerOrder = {
    bucket: 'accuracy',
    accessKeyId: `AK${randomUUID()}`,
    secretAccessKey: randomUUID(),
  };
  // The worker threads look for credentials where everyone does. What else is there is not for this server.
  environment['AWS_ACCESS_KEY_ID'] = order.accessKeyId;
  environment['AWS_SECRET_ACCESS_KEY'] = order.secretAccessKey;
  delete environment['AWS_SESSION_TOKEN'];
  delete environment['AWS_PROFILE'];
  const child = fork(new URL('./s3-process.js', import.meta.url), { stdio: 'inherit' });
  const address = await addressOf(child, order);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = (): Promise<void> => {
    if (child.connected) child.disconnect();
    return ended;
  };
  return placeOn({ ...address, bucket: order.bucket }, 'an S3 server in a process of its own', stop);
}

/** Tells the server's process what it is to be, and waits until it is up. One that is not in time is ended, and waited for. */
export async function addressOf(
  child: ChildProcess,
  order: ServerOrder,
  timeoutMs = START_TIMEOUT_MS,
): Promise<ServerAddress> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // It does not listen to anything else: see s3-process.
    child.kill('SIGKILL');
  }, timeoutMs);
  try {
    return await new Promise<ServerAddress>((resolve, reject) => {
      child.once('message', (message) => resolve(message as ServerAddress));
      child.once('error', reject);
      child.once('exit', () => {
        const why = isLate ? `did not start within ${timeoutMs} ms` : 'ended before it was up';
        reject(new Error(`the suite's S3 server ${why}`));
      });
      child.send(order);
    });
  } finally {
    clearTimeout(timer);
  }
}

function placeOn(server: Server, about: string, stop: () => void | Promise<void>): S3Place {
  const root = `accuracy-${randomUUID()}`;
  const spec = (prefix: string): S3StorageSpec => ({ kind: 's3', ...server, prefix, addressing: 'path' });
  const empty = async (prefix: string): Promise<void> => {
    const storage = await openStorage(spec(''));
    try {
      await storage.removeTree(prefix);
    } finally {
      storage.dispose?.();
    }
  };
  const { bucket, endpoint, region } = server;
  return {
    about,
    at: (name) => spec(`${root}/${name.replaceAll(/[^\w.-]+/g, '_')}`),
    location: (name) => ({ repository: `s3://${bucket}/${root}/${name}`, endpoint, region }),
    empty: ({ prefix }) => empty(prefix),
    async close() {
      try {
        await empty(root);
      } finally {
        await stop();
      }
    },
  };
}
