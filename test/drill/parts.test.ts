import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { requireReal } from '../../src/drill/prepare.js';
import { DrillError } from '../../src/base/errors.js';
import { loadScenario, type Scenario } from '../../src/scenario/index.js';
import { drill } from '../fixtures/real-drill.js';
import { startS3Server, type S3Server } from '../s3-server/server.js';

const MIB = 2 ** 20;

function scenarioWith(multipart: string, fileSize: string, endpoint = 'http://127.0.0.1:9'): Scenario {
  const text = `
cluster: { nodes: 1 }
repository:
  type: s3
  location: s3://bucket/x
  endpoint: ${endpoint}
  latency: 0
  multipart: ${multipart}
databases: [{ name: d, tables: [{ name: t, buckets: 1, fileSize: ${fileSize} }] }]
engine: { uploadWorkers: 1, downloadWorkers: 1 }
statement: BACKUP SNAPSHOT d.l TO example_repo
restore: { nodes: 1 }
`;
  return loadScenario(text, 'test.yaml').variants[0]!.scenario;
}

async function run(t: ExecutionContext, multipart: string, fileSize: string): Promise<S3Server> {
  const server = await startS3Server();
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-parts-'));
  process.env['AWS_ACCESS_KEY_ID'] = server.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = server.credentials.secretAccessKey;
  t.teardown(async () => {
    await server.close();
    rmSync(workDirectory, { recursive: true });
  });
  const scenario = scenarioWith(multipart, fileSize, server.endpoint);
  const { measured, predicted, restore } = await drill(scenario, workDirectory);
  t.is(measured?.job.state, 'FINISHED', measured?.job.error?.message);
  t.is(measured?.totals.requests, predicted.totals.requests);
  t.deepEqual(restore?.problems, []);
  t.deepEqual(restore?.differences, []);
  return server;
}

const sentBytes = ({ requests }: S3Server, operation: string): number[] =>
  requests
    .filter((request) => request.operation === operation)
    .map(({ bodyBytes }) => bodyBytes)
    .sort((a, b) => b - a);

test.serial(
  'a real run sends the parts that its scenario says, and its prediction counts them',
  async (t) => {
    const server = await run(t, '{ part: 5 MiB, parallel: 3 }', '11 MiB');
    t.deepEqual(sentBytes(server, 'UploadPart'), [5 * MIB, 5 * MIB, MIB]);
  },
);

test.serial('without parts a large file is one request', async (t) => {
  const server = await run(t, 'none', '11 MiB');
  t.deepEqual(sentBytes(server, 'UploadPart'), []);
  t.is(sentBytes(server, 'PutObject')[0], 11 * MIB);
});

test('parts that S3 refuses are refused before a real run, and can be planned', (t) => {
  const error = t.throws(() => requireReal(scenarioWith('{ part: 4 MiB }', '1 MiB')), {
    instanceOf: DrillError,
    code: 'NOT_SUPPORTED',
    message: /5 MiB or more, and repository\.multipart\.part is 4(\.\d+)? M/,
  });
  t.regex(error.hint ?? '', /drill plan/);
  t.notThrows(() => requireReal(scenarioWith('{ part: 5 MiB }', '1 MiB')));
  t.notThrows(() => requireReal(scenarioWith('none', '1 MiB')));
});

test.serial('what a thread cannot hold is refused before any data is made', async (t) => {
  for (const multipart of ['none', '{ part: 2 GiB }']) {
    const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-parts-'));
    const server = await startS3Server();
    process.env['AWS_ACCESS_KEY_ID'] = server.credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = server.credentials.secretAccessKey;
    try {
      await t.throwsAsync(drill(scenarioWith(multipart, '1.5 GiB', server.endpoint), workDirectory), {
        code: 'NOT_SUPPORTED',
        message: /pieces of more than 1 GiB/,
      });
    } finally {
      await server.close();
      rmSync(workDirectory, { recursive: true });
    }
  }
});
