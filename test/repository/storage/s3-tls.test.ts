import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { DrillReport } from '../../../src/world/result.js';
import type { Storage } from '../../../src/repository/storage/storage.js';
import { drill, lastLine } from '../../fixtures/command.js';
import { AUTHORITY, shown, tlsFile } from '../../fixtures/tls.js';
import { errorOf, put } from '../storage-helpers.js';
import { serverFor, specOf, storageOn } from '../storage-s3.js';

const CREDENTIALS = { accessKeyId: 'key', secretAccessKey: 'secret' };

/** A server that takes connections and says nothing, and those that it has taken. */
async function silentServer(
  t: ExecutionContext,
): Promise<{ readonly port: number; readonly connections: readonly Socket[] }> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    connections.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

/** Every operation must fail alike, and at once: no certificate gets better by asking again. */
async function refused(t: ExecutionContext, storage: Storage, reason: RegExp, hint: RegExp): Promise<void> {
  for (const run of [() => storage.list(''), () => put(storage, 'd/f', new Uint8Array(9))]) {
    const error = await errorOf(run);
    t.is(error?.code, 'STORAGE_FAILED');
    t.regex(error?.message ?? '', reason);
    t.notRegex(error?.message ?? '', /attempts/);
    t.regex(error?.hint ?? '', hint);
  }
}

test('a certificate of an authority that nobody knows is refused, and the hint says how to name it', async (t) => {
  const server = await serverFor(t, { tls: shown('localhost') });
  await refused(
    t,
    storageOn(server),
    /the server's certificate is not trusted \([A-Z_]*(SELF_SIGNED|UNABLE_TO)[A-Z_]*\)/,
    /NODE_EXTRA_CA_CERTS/,
  );
  t.deepEqual(server.requests, []);
});

test('a certificate that has expired is refused', async (t) => {
  const server = await serverFor(t, { tls: shown('expired') });
  await refused(t, storageOn(server, { ca: AUTHORITY }), /has expired, .* \(CERT_HAS_EXPIRED\)/, /renew/);
  t.deepEqual(server.requests, []);
});

test('a certificate for another name is refused', async (t) => {
  const server = await serverFor(t, { tls: shown('elsewhere') });
  await refused(t, storageOn(server, { ca: AUTHORITY }), /is for other names/, /name the endpoint/);
  t.deepEqual(server.requests, []);
});

test('a server that speaks no TLS is told from one that cannot be reached', async (t) => {
  const server = await serverFor(t);
  const endpoint = server.endpoint.replace('http:', 'https:');
  await refused(t, storageOn(server, {}, { endpoint }), /does not speak TLS/, /http where no TLS is spoken/);
});

test('a server that speaks TLS where none is spoken to it is told', async (t) => {
  const server = await serverFor(t, { tls: shown('localhost') });
  const endpoint = server.endpoint.replace('https:', 'http:');
  const storage = storageOn(server, { maxAttempts: 1 }, { endpoint });
  const error = await errorOf(() => storage.list(''));
  t.is(error?.code, 'STORAGE_FAILED');
  t.regex(error?.hint ?? '', /scheme/);
});

test('a server that never answers the greeting is given up when connecting takes too long, not when it is silent for too long', async (t) => {
  const { port, connections } = await silentServer(t);
  const server = await serverFor(t);
  const storage = storageOn(
    server,
    {
      credentials: CREDENTIALS,
      connectTimeoutMs: 50,
      idleTimeoutMs: 3_600_000,
      maxAttempts: 2,
      ca: AUTHORITY,
    },
    { endpoint: `https://localhost:${port}` },
  );
  t.regex(
    (await errorOf(() => storage.list('')))?.message ?? '',
    /did not answer in time .*after 2 attempts/,
  );
  t.is(connections.length, 2);
});

test('a run backs up over TLS, and restores, where its environment names the authority', async (t) => {
  const server = await serverFor(t, { tls: shown('localhost') });
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-tls-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const scenario = path.join(directory, 'scenario.yaml');
  const { bucket, endpoint, region } = specOf(server);
  writeFileSync(
    scenario,
    `cluster: { nodes: 2 }
repository: { type: s3, location: 's3://${bucket}/tls', endpoint: '${endpoint}', region: ${region}, latency: 0 }
databases: [{ name: d, tables: [{ name: t, buckets: 4, filesPerShard: 3, fileSize: 300 KiB }] }]
statement: BACKUP SNAPSHOT d.l TO example_repo
`,
  );
  const args = ['run', scenario, '--work-dir', directory, '--json', '--quiet'];
  const keys = {
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const refusedRun = await drill(args, { env: keys });
  t.regex(refusedRun.stderr, /certificate is not trusted/);
  t.not(refusedRun.code, 0);
  const { code, stdout, stderr } = await drill(args, {
    env: { ...keys, NODE_EXTRA_CA_CERTS: tlsFile('authority') },
  });
  t.is(code, 0, stderr);
  const [variant] = (lastLine(stdout) as DrillReport).variants;
  t.is(variant?.measured?.job.state, 'FINISHED');
  t.deepEqual(variant?.restore?.differences, []);
  t.true(server.requests.some(({ operation }) => operation === 'GetObject'));
});
