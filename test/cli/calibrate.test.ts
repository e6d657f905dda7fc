import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { repositoryGiven } from '../../src/cli/calibrate-repository.js';
import { drill, lastLine } from '../fixtures/command.js';

const SMALL = 'scenarios/exclude-partitions.yaml';
const HARDWARE = `cluster:
  hardware: { hash: 100 kB/s }
measured:
  date: "2026-01-02T03:04:05Z"
  machine: { cpu: an old one, cores: 2, node: v20, platform: linux }
`;

async function withHardwareFile(
  text: string,
  use: (file: string, directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-hardware-'));
  const file = path.join(directory, 'hw.yaml');
  try {
    writeFileSync(file, text);
    await use(file, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Planned {
  readonly hardware?: { readonly file: string; readonly about: string };
  readonly variants: readonly { readonly predicted: { readonly totals: { readonly durationMs: number } } }[];
}

test('drill calibrate --help shows how, and exits with 0', async (t) => {
  const { code, stdout } = await drill(['calibrate', '--help']);
  t.is(code, 0);
  t.regex(stdout, /Usage: drill calibrate/);
  t.regex(stdout, /Examples/);
});

test('a plan with measured hardware is slower, and says what it was made with', async (t) => {
  await withHardwareFile(HARDWARE, async (file) => {
    const without = lastLine((await drill(['plan', SMALL, '--json'])).stdout) as Planned;
    const { code, stdout } = await drill(['plan', SMALL, '--json', '--hardware', file]);
    t.is(code, 0);
    const measured = lastLine(stdout) as Planned;
    t.is(without.hardware, undefined);
    t.deepEqual(measured.hardware, { file, about: 'measured on 2026-01-02T03:04:05Z: an old one, 2 cores' });
    const durationMs = ({ variants }: Planned): number => variants[0]!.predicted.totals.durationMs;
    t.true(durationMs(measured) > durationMs(without) * 2);
    const { stdout: shown } = await drill(['plan', SMALL, '-q', '--hardware', file]);
    t.regex(shown, /hardware +.*hw\.yaml/);
    t.regex(shown, /measured on 2026-01-02/);
  });
});

test('a plan tells when all nodes of a cluster are taken to share the machine that was measured', async (t) => {
  const about = async (text: string, ...args: readonly string[]): Promise<string> => {
    let found = '';
    await withHardwareFile(text, async (file) => {
      const { stdout } = await drill(['plan', SMALL, '--json', '--hardware', file, ...args]);
      found = (lastLine(stdout) as Planned).hardware!.about;
    });
    return found;
  };
  const shared = 'cluster: { host: { nodes: all, cores: 2 } }';
  const says = /all nodes share its machine; where each has its own, write host: \{ nodes: 1 \} in it/;
  t.regex(await about(shared), says);
  t.notRegex(await about(shared.replace('all', '1')), says);
  t.notRegex(await about(HARDWARE), says);
  // One node has it for itself, and a scenario that says something of hosts means it.
  t.notRegex(await about(shared, '--set', 'cluster.nodes=1', '--set', 'cluster.replication=1'), says);
  t.notRegex(await about(shared, '--set', 'cluster.host.nodes=2'), says);
});

test('a run keeps to the scenario, and only predicts with the hardware', async (t) => {
  await withHardwareFile('cluster: { hardware: { hash: 1 kB/s } }', async (file, directory) => {
    const { code, stdout, stderr } = await drill([
      'run',
      SMALL,
      '--json',
      '--no-restore',
      '--work-dir',
      directory,
      '--hardware',
      file,
    ]);
    t.is(code, 0, stderr);
    const { variants } = lastLine(stdout) as {
      variants: readonly Record<
        'predicted' | 'measured',
        { totals: { durationMs: number; sizeBytes: number } }
      >[];
    };
    const { predicted, measured } = variants[0]!;
    // By the kilobyte a second it would take hours: that this ends at all says that it was not kept.
    t.true(predicted.totals.durationMs > predicted.totals.sizeBytes / 16);
    t.true(measured.totals.durationMs < predicted.totals.durationMs);
  });
});

test('measured of another type of repository: the plan says that it is not used', async (t) => {
  await withHardwareFile('repository: { type: s3, latency: 1 h }', async (file) => {
    const { stdout } = await drill(['plan', SMALL, '--json', '--hardware', file]);
    const { hardware, variants } = lastLine(stdout) as Planned;
    t.regex(hardware!.about, /its repository is s3 and was not used/);
    t.true(variants[0]!.predicted.totals.durationMs < 3_600_000);
  });
});

test('hardware files that are wrong or not there are refused with file, line and column', async (t) => {
  await withHardwareFile('cluster:\n  hardware: { hash: 5 }\n', async (file) => {
    const wrong = await drill(['plan', SMALL, '--hardware', file]);
    t.is(wrong.code, 2);
    t.regex(wrong.stderr, /hw\.yaml:2:21: cluster\.hardware\.hash: 5 what\?/);
    const missing = await drill(['plan', SMALL, '--hardware', `${file}.not`]);
    t.is(missing.code, 2);
    t.regex(missing.stderr, /cannot read hardware file .*: there is no such file/);
  });
});

test('calibrate does not replace a file unless it is told to', async (t) => {
  await withHardwareFile(HARDWARE, async (file, directory) => {
    const { code, stderr } = await drill(['calibrate', '--output', file, '--work-dir', directory]);
    t.is(code, 2);
    t.regex(stderr, /is there already[^]*--force/);
    t.is(readFileSync(file, 'utf8'), HARDWARE);
    const elsewhere = path.join(directory, 'other.yaml');
    const s3 = await drill([
      'calibrate',
      '--endpoint',
      'http://x',
      '--output',
      elsewhere,
      '--work-dir',
      directory,
    ]);
    t.is(s3.code, 2);
    t.regex(s3.stderr, /for a repository on S3/);
  });
});

test('--no-durable reaches the calibration, and is refused where it means nothing', (t) => {
  t.deepEqual(repositoryGiven({ durable: true }), {});
  t.deepEqual(repositoryGiven({ durable: false, repository: 'somewhere' }), {
    durable: false,
    repository: 'somewhere',
  });
  t.throws(() => repositoryGiven({ durable: false, repository: 's3://bucket/x' }), { code: 'USAGE' });
});
