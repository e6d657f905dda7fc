import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { openStorage } from '../../src/repository/storage/open.js';
import type { Scenario } from '../../src/scenario/index.js';
import { drill, expectedFiles, realScenarios } from '../fixtures/real-drill.js';
import { slowDown } from '../s3-server/faults.js';
import { startS3Server, type S3Server } from '../s3-server/server.js';

/** Real threads start and stop in each run, so there are few of them; DRILL_REAL_RUNS raises it. */
const RUNS = Number(process.env['DRILL_REAL_RUNS'] ?? 4);

/** Planted where credentials are looked for: it must come out nowhere. */
const CANARY = 'CANARYsecretCANARY/0123456789+abcdefgh';

async function withServer(
  use: (server: S3Server, place: Scenario['repository']['storage']) => Promise<void>,
): Promise<void> {
  const server = await startS3Server({
    credentials: { accessKeyId: 'CANARYACCESSKEY', secretAccessKey: CANARY },
    buckets: ['drills'],
  });
  process.env['AWS_ACCESS_KEY_ID'] = 'CANARYACCESSKEY';
  process.env['AWS_SECRET_ACCESS_KEY'] = CANARY;
  const { endpoint } = server;
  try {
    await use(server, {
      kind: 's3',
      endpoint,
      region: 'us-east-1',
      bucket: 'drills',
      prefix: 'a/b',
      addressing: 'path',
    });
  } finally {
    await server.close();
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
}

test.serial('on S3: exactly the selected files, whole and listed, and restored byte by byte', async (t) => {
  await withServer(async (server, spec) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat().chain(() => realScenarios({ type: 's3', storage: spec, isPlaced: true })),
        fc.boolean(),
        async ({ scenario: base, selected }, isSlowedDown) => {
          const storage = { ...spec, prefix: `run-${run++}` } as Scenario['repository']['storage'];
          const scenario = { ...base, repository: { ...base.repository, storage } };
          const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-s3-'));
          try {
            if (isSlowedDown) server.faults.add({ kind: slowDown(), times: 3 });
            const { measured, predicted, restore } = await drill(scenario, workDirectory);
            t.is(measured?.job.state, 'FINISHED', measured?.job.error?.message);
            const files = await (await openStorage(storage)).list('');
            const content = files
              .map(({ path: file }) => file)
              .filter((file) => file.includes('/__ss_content/'));
            t.deepEqual(
              content
                .map((file) =>
                  file
                    .split('/')
                    .slice(-2)
                    .join('/')
                    .replace(/\.[0-9a-f]{32}$/, ''),
                )
                .sort(),
              expectedFiles(scenario, selected),
            );
            t.false(files.some(({ path: file }) => file.endsWith('.part')));
            t.deepEqual(restore?.problems, []);
            t.deepEqual(restore?.differences, []);
            t.is(restore?.comparedFiles, content.length);
            t.is(measured?.totals.requests, predicted.totals.requests);
            t.deepEqual(leaks(JSON.stringify({ measured, restore }), workDirectory), []);
          } finally {
            rmSync(workDirectory, { recursive: true });
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

/** Where the canary is found: in a report, or in any file that the run left. */
function leaks(report: string, directory: string): string[] {
  const found = report.includes(CANARY) ? ['the report'] : [];
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(directory, name);
    if (statSync(file).isFile() && readFileSync(file).includes(CANARY)) found.push(file);
  }
  return found;
}
