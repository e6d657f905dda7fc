import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { dataSet, makeSet, scenarioFrom, scenarioText, SET_NAMES } from '../../bench/throughput/data-sets.js';
import type { LimitMeans, LimitOrder } from '../../bench/throughput/limit-process.js';
import { runProcess } from '../../bench/throughput/process.js';
import { exported } from '../../bench/throughput/s3-server.js';
import { sizeOfListing as borgSize } from '../../bench/throughput/tools/borg.js';
import { sizeOfListing as resticSize } from '../../bench/throughput/tools/restic.js';
import { filesBelow, sizeOf } from '../../bench/throughput/tree.js';
import { HEADER_FILE_BYTES } from '../../src/catalog/index.js';
import { generateCatalog } from '../../src/scenario/index.js';

const signal = new AbortController().signal;
const MIB = 2 ** 20;

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-throughput-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('the sets have the files that are asked for, and a header a directory', (t) => {
  const asked = {
    large: { files: 64, bytes: 64 * MIB, directories: 8 },
    medium: { files: 1000, bytes: MIB, directories: 200 },
    small: { files: 20_000, bytes: 16 * 1024, directories: 200 },
  };
  for (const name of SET_NAMES) {
    const text = scenarioText(dataSet(name, false), { durable: false, workers: 2 });
    const { shards } = generateCatalog(scenarioFrom(text));
    const { files, bytes, directories } = asked[name];
    t.is(shards.count, directories);
    const sizes = [...shards.fileSizeBytes.subarray(0, shards.totalFiles)];
    t.is(sizes.filter((size) => size === bytes).length, files, name);
    t.is(sizes.filter((size) => size === HEADER_FILE_BYTES).length, directories, name);
    t.is(sizes.length, files + directories, name);
  }
});

test('nothing limits a scenario but the machine, and its repository is as it is told', (t) => {
  const set = dataSet('small', true);
  const s3 = { repository: 's3://bucket/a/b', endpoint: 'http://localhost:1', region: 'default' };
  const local = scenarioFrom(scenarioText(set, { durable: true, workers: 3 }));
  t.is(local.engine.uploadWorkers, 3);
  t.is(local.engine.downloadWorkers, 3);
  t.like(local.repository.storage, { kind: 'local', durable: true });
  const { limits } = local.repository;
  t.deepEqual([limits.bandwidthBytesPerSec, limits.perConnectionBytesPerSec], [Infinity, Infinity]);
  t.like(limits.latencyMs, { value: 0 });
  const { storage } = scenarioFrom(scenarioText(set, { durable: false, workers: 1, s3 })).repository;
  t.like(storage, { kind: 's3', bucket: 'bucket', prefix: 'a/b', endpoint: 'http://localhost:1' });
});

test('others find the same files as ours', async (t) => {
  const directory = scratch(t);
  const set = dataSet('small', true);
  const { sourceDirectory, size } = await makeSet(set, directory, 1, signal);
  const files = filesBelow(sourceDirectory);
  t.deepEqual(sizeOf(files), size);
  t.is(size.files, set.directories * (set.filesPerDirectory + 1));
  // By another name: the page cache has each once.
  for (const { name } of files) t.is(statSync(path.join(sourceDirectory, name)).nlink, 2, name);
});

test('the limit copies every byte, by all its means', (t) => {
  const directory = scratch(t);
  const from = path.join(directory, 'from');
  mkdirSync(path.join(from, 'some', 'where'), { recursive: true });
  const CHUNK = 256 * 1024;
  const sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK];
  for (const size of sizes) {
    const content = Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8) * 13) & 255);
    writeFileSync(path.join(from, size % 2 === 0 ? '.' : 'some/where', `file-${size}`), content);
  }
  const program = fileURLToPath(new URL('../../bench/throughput/limit-process.js', import.meta.url));
  for (const means of ['write', 'copy'] satisfies LimitMeans[]) {
    const to = path.join(directory, means);
    const order: LimitOrder = { from, to, means, threads: 2, filesPerThread: 3 };
    const printed = execFileSync(process.execPath, [program, JSON.stringify(order)], { encoding: 'utf8' });
    t.true((JSON.parse(printed) as { durationMs: number }).durationMs > 0);
    t.deepEqual(filesBelow(to), filesBelow(from));
    for (const { name } of filesBelow(from)) {
      t.deepEqual(readFileSync(path.join(to, name)), readFileSync(path.join(from, name)), `${means} ${name}`);
    }
  }
});

test('a process is timed, and its processor time and its reads are its own', async (t) => {
  const file = path.join(scratch(t), 'file');
  writeFileSync(file, new Uint8Array(3 * MIB));
  const script = `const startMs = Date.now(); while (process.cpuUsage().user < 2e5);
    require('fs').readFileSync(${JSON.stringify(file)}); console.log('done')`;
  const { wallSec, usage, stdout } = await runProcess(process.execPath, ['-e', script], { signal });
  t.is(stdout, 'done');
  t.true(wallSec >= 0.2);
  if (process.platform !== 'linux') return;
  t.true(usage!.cpuSec >= 0.19, String(usage!.cpuSec));
  t.true(usage!.readBytes >= 3 * MIB && usage!.readBytes < 30 * MIB, String(usage!.readBytes));
});

test('a process that fails says why, one that is not there too', async (t) => {
  const failing = runProcess('sh', ['-c', 'echo first >&2; echo no space >&2; exit 3'], { signal });
  await t.throwsAsync(failing, { message: 'sh failed (exit code 3): no space' });
  await t.throwsAsync(runProcess('drill-no-such-tool', [], { signal }), { message: /ENOENT/ });
});

test('a process is ended when it is interrupted', async (t) => {
  const interrupt = new AbortController();
  const running = runProcess('sleep', ['60'], { signal: interrupt.signal });
  setTimeout(() => interrupt.abort(), 20);
  await t.throwsAsync(running, { any: true, name: 'AbortError' });
});

test('what others list is counted', (t) => {
  const restic = [
    '{"time":"2026-01-01T00:00:00Z","struct_type":"snapshot"}',
    '{"name":"a","type":"dir","path":"/a","struct_type":"node"}',
    '{"name":"b","type":"file","path":"/a/b","size":12,"struct_type":"node"}',
    '{"name":"c","type":"file","path":"/a/c","struct_type":"node"}',
  ];
  t.deepEqual(resticSize(restic.join('\n')), { files: 2, bytes: 12 });
  const borg = ['{"type":"d","path":"a","size":0}', '{"type":"-","path":"a/b","size":7}'];
  t.deepEqual(borgSize(borg.join('\n')), { files: 1, bytes: 7 });
});

test('what the gateway exports is read', (t) => {
  const lines =
    'export DRILL_S3_ENDPOINT=http://localhost:7480 DRILL_S3_BUCKET=drill\nexport AWS_ACCESS_KEY_ID=id\n';
  t.deepEqual(exported(lines), {
    DRILL_S3_ENDPOINT: 'http://localhost:7480',
    DRILL_S3_BUCKET: 'drill',
    AWS_ACCESS_KEY_ID: 'id',
  });
});
