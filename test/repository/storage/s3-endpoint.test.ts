import { S3Client, HeadObjectCommand } from '@aws-sdk/client-s3';
import test from 'ava';
import * as fc from 'fast-check';
import { endpointOf } from '../../../src/repository/storage/s3/endpoint.js';
import type { S3StorageSpec } from '../../../src/repository/storage/spec.js';
import { codeOf } from '../storage-helpers.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
delete process.env['AWS_ENDPOINT_URL'];
delete process.env['AWS_ENDPOINT_URL_S3'];

interface Sent {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What AWS's SDK would send where. */
async function sentBySdk(
  { endpoint, region, bucket, addressing }: S3StorageSpec,
  key: string,
): Promise<Sent> {
  const client = new S3Client({
    region,
    forcePathStyle: addressing === 'path',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      handle: (request: Sent) => Promise.reject(Object.assign(new Error(), { request })),
    } as never,
    maxAttempts: 1,
  });
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  } catch (error) {
    const { request } = error as { readonly request?: Sent };
    if (request) return request;
    throw error;
  } finally {
    client.destroy();
  }
  throw new Error('nothing was sent');
}

const spec: fc.Arbitrary<S3StorageSpec> = fc
  .record({
    kind: fc.constant('s3' as const),
    endpoint: fc.constantFrom(
      undefined,
      'http://localhost:7480',
      'https://s3.example.com',
      'https://s3.example.com:8443/base',
      'http://127.0.0.1:9000',
      'http://10.0.0.1/',
      'http://storage.example/a/b',
    ),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1', 'ap-southeast-2'),
    bucket: fc.constantFrom('bucket', 'my-bucket-1', 'with.dots', 'ab.c', 'Upper', 'under_score', '1a-2'),
    prefix: fc.constant(''),
    addressing: fc.constantFrom('path' as const, 'virtual-hosted' as const),
  })
  // The SDK makes no address of these two.
  .filter(({ endpoint, bucket }) => !(bucket.includes('.') && /\d\.\d/.test(endpoint ?? '')))
  .map(({ endpoint, ...where }) => (endpoint === undefined ? where : { ...where, endpoint }));
const key = fc.constantFrom('k', 'a/b/c', 'odd !\'()*&=+?%#"<>', 'ä€𝄞/x');

test("requests go where those of AWS's SDK go", async (t) => {
  await fc.assert(
    fc.asyncProperty(spec, key, async (where, name) => {
      const theirs = await sentBySdk(where, name);
      const ours = endpointOf(where);
      t.deepEqual(
        [ours.protocol, ours.hostname, ours.port, ours.host, ours.pathOf(name)],
        [
          theirs.protocol,
          theirs.hostname,
          theirs.port,
          theirs.headers['host'] ?? theirs.hostname,
          theirs.path,
        ],
      );
    }),
  );
});

test('an address of IPv6 is one', (t) => {
  const where = {
    kind: 's3',
    region: 'r',
    bucket: 'bucket',
    prefix: '',
    addressing: 'virtual-hosted',
  } as const;
  const { hostname, host, port, ...endpoint } = endpointOf({ ...where, endpoint: 'http://[::1]:7480' });
  t.deepEqual([hostname, host, port, endpoint.pathOf(undefined)], ['::1', '[::1]:7480', 7480, '/bucket']);
});

test('a region that cannot be part of a name is refused where there is no endpoint', async (t) => {
  const where = { kind: 's3', bucket: 'bucket', prefix: '', addressing: 'path' } as const;
  t.is(await codeOf(() => endpointOf({ ...where, region: 'evil.example/x' })), 'STORAGE_PATH');
  t.is(await codeOf(() => endpointOf({ ...where, region: 'any thing', endpoint: 'http://h' })), 'none');
});
