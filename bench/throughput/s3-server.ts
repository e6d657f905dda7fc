import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { openStorage } from '../../src/repository/storage/open.js';

/** A real S3 server, with a bucket. */
export interface S3Server {
  /** For people. */
  readonly about: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** For processes that are to find it: credentials, and nothing that would have them distrust it. */
  readonly environment: NodeJS.ProcessEnv;
  /** What is below a prefix. */
  readonly list: (prefix: string) => Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  /** Removes what is below a prefix. */
  readonly empty: (prefix: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts and stops a Ceph object gateway, and prints where it is. */
const GATEWAY = '.ci/ceph-rgw.sh';
const run = promisify(execFile);

/**
 * The server that DRILL_S3_ENDPOINT and DRILL_S3_BUCKET name, with credentials in AWS_*; otherwise a Ceph object gateway of
 * its own. Throws where there is neither.
 */
export async function openS3Server(environment: NodeJS.ProcessEnv): Promise<S3Server> {
  // It would be said by each process that is measured, too.
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const env = { ...environment };
  if (environment['DRILL_S3_ENDPOINT'] !== undefined && environment['DRILL_S3_BUCKET'] !== undefined) {
    return serverIn(env, `the S3 server at ${new URL(environment['DRILL_S3_ENDPOINT']).host}`);
  }
  return startGateway(env);
}

async function startGateway(environment: NodeJS.ProcessEnv): Promise<S3Server> {
  // Names of sockets may not be long: so it does not live in the work directory.
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-rgw-'));
  const cephDirectory = path.join(directory, 'ceph');
  const env = {
    ...environment,
    DRILL_CEPH_DIR: cephDirectory,
    DRILL_CEPH_PORT: String(await freePort()),
  };
  const stop = async (): Promise<void> => {
    await run(GATEWAY, ['stop'], { env });
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const { stdout } = await run(GATEWAY, ['start'], { env });
    const server = await serverIn({ ...env, ...exported(stdout) }, 'a Ceph object gateway on this machine');
    const conf = path.join(cephDirectory, 'ceph.conf');
    return {
      ...server,
      async empty(prefix) {
        await server.empty(prefix);
        // What was removed would stay on its disk for hours, or be collected while something else is measured.
        await run('radosgw-admin', ['-c', conf, 'gc', 'process', '--include-all']);
      },
      async close() {
        await server.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    const said = (error as { readonly stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new Error(`a Ceph object gateway could not be started: ${said || (error as Error).message}`, {
      cause: error,
    });
  }
}

/** The variables of `export NAME=value …` lines. */
export function exported(lines: string): Record<string, string> {
  return Object.fromEntries(
    [...lines.matchAll(/(?<= )(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
  );
}

async function serverIn(env: NodeJS.ProcessEnv, about: string): Promise<S3Server> {
  const endpoint = env['DRILL_S3_ENDPOINT']!;
  const bucket = env['DRILL_S3_BUCKET']!;
  const region = env['DRILL_S3_REGION'] ?? 'default';
  const credentials = {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: Error) => {
    if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
  client.destroy();
  const spec = { kind: 's3', endpoint, region, bucket, prefix: '', addressing: 'path' } as const;
  const storage = await openStorage(spec, credentials);
  // A bundle of authorities is nothing that all programs know what to do with where there is no TLS.
  const { AWS_CA_BUNDLE: _, ...environment } = env;
  return {
    about,
    endpoint,
    region,
    bucket,
    environment: { ...environment, AWS_DEFAULT_REGION: region },
    list: async (prefix) =>
      (await storage.list(prefix)).map(({ path: name, sizeBytes }) => ({ name, bytes: sizeBytes })),
    empty: async (prefix) => {
      await storage.removeTree(prefix);
    },
    close: async () => storage.dispose?.(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
