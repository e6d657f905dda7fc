import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatRate, formatRequestRate } from '../src/base/units.js';
import { startBackupCluster } from '../src/drill/bench/backup-cluster.js';
import { machine } from '../src/drill/index.js';
import { loadScenario } from '../src/scenario/index.js';
import { parseStatement } from '../src/sql/index.js';
import { meanOf, mostPerSec, sampled } from './limits/sampled.js';

/*
 * How well limits hold for real: the most that any second of a backup used, and the mean, against the limit. What is used is
 * what the threads have counted, looked at from beside; so this shares nothing with what keeps the limits.
 */

interface Case {
  readonly what: string;
  readonly nodes: number;
  readonly workers: number;
  readonly files: number;
  readonly fileBytes: number;
  /** Of the scenario: `repository`'s or `engine`'s. */
  readonly yaml: { readonly repository?: string; readonly limits?: string };
  readonly of: 'bytes' | 'requests';
  /** What all nodes together may use in a second. */
  readonly perSec: number;
}

const MB = 1e6;
const wide = { nodes: 4, workers: 4 } as const;
const job = (limits: string): Case['yaml'] => ({ limits });
const repository = (text: string): Case['yaml'] => ({ repository: text });
const large = { files: 160, fileBytes: MB, of: 'bytes' } as const;
const slow = { files: 64, fileBytes: 40_000, of: 'bytes' } as const;
const asked = { fileBytes: 1000, of: 'requests' } as const;

const CASES: readonly Case[] = [
  { what: 'job, 20 MB/s', ...wide, ...large, yaml: job('bytes: 20 MB/s'), perSec: 20 * MB },
  { what: 'job, 200 kB/s', ...wide, ...slow, yaml: job('bytes: 200 kB/s'), perSec: 0.2 * MB },
  {
    what: 'job, small files',
    ...wide,
    files: 4000,
    fileBytes: 4000,
    of: 'bytes',
    yaml: job('bytes: 2 MB/s'),
    perSec: 2 * MB,
  },
  {
    what: 'one node, 20 MB/s',
    nodes: 1,
    workers: 4,
    ...large,
    yaml: job('perNode: { bytes: 20 MB/s }'),
    perSec: 20 * MB,
  },
  {
    what: 'each of 4 nodes, 5 MB/s',
    ...wide,
    ...large,
    yaml: job('perNode: { bytes: 5 MB/s }'),
    perSec: 20 * MB,
  },
  {
    what: 'job 20 MB/s, each of 4 nodes 6 MB/s',
    ...wide,
    ...large,
    yaml: job('bytes: 20 MB/s, perNode: { bytes: 6 MB/s }'),
    perSec: 20 * MB,
  },
  { what: 'job, 10 requests/s', ...wide, ...asked, files: 40, yaml: job('requests: 10/s'), perSec: 10 },
  { what: 'job, 200 requests/s', ...wide, ...asked, files: 800, yaml: job('requests: 200/s'), perSec: 200 },
  {
    what: 'each of 4 nodes, 50 requests/s',
    ...wide,
    ...asked,
    files: 800,
    yaml: job('perNode: { requests: 50/s }'),
    perSec: 200,
  },
  { what: 'repository, 20 MB/s', ...wide, ...large, yaml: repository('bandwidth: 20 MB/s'), perSec: 20 * MB },
  {
    what: 'repository, 200 kB/s',
    ...wide,
    ...slow,
    yaml: repository('bandwidth: 200 kB/s'),
    perSec: 0.2 * MB,
  },
  {
    what: 'repository, 10 requests/s',
    ...wide,
    ...asked,
    files: 40,
    yaml: repository('requestRate: 10/s'),
    perSec: 10,
  },
];

const yamlOf = ({ nodes, workers, files, fileBytes, yaml }: Case): string => `
name: limits
cluster:
  nodes: ${nodes}
  replication: 1
  hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 }
repository: { latency: 0 ms, durable: false${yaml.repository ? `, ${yaml.repository}` : ''} }
databases: [{ name: db, tables: [{ name: t, buckets: ${files}, filesPerShard: 1, fileSize: ${fileBytes} B }] }]
engine: { preset: tuned, uploadWorkers: ${workers}${yaml.limits ? `, limits: { ${yaml.limits} }` : ''} }
statement: BACKUP SNAPSHOT db.bench TO example_repo
`;

const NEVER = new AbortController().signal;
const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
const show = (of: Case['of'], perSec: number): string =>
  of === 'bytes' ? formatRate(perSec) : formatRequestRate(perSec);

async function measure(workDirectory: string, one: Case): Promise<string> {
  const { scenario } = loadScenario(yamlOf(one), 'limits.yaml').variants[0]!;
  const up = await startBackupCluster(scenario, { workDirectory, signal: NEVER });
  try {
    const { samples } = await sampled(up);
    const most = mostPerSec(samples, one.of);
    const mean = meanOf(samples, one.of);
    return `| ${one.what} | ${show(one.of, most)} | ${percent(most / one.perSec - 1)} | ${show(one.of, mean)} | ${percent(mean / one.perSec - 1)} |`;
  } finally {
    await up.close();
  }
}

/** From 5 MB/s to 20 MB/s after four seconds, by a statement. */
async function measureChange(workDirectory: string): Promise<readonly string[]> {
  const one = { ...CASES[0]!, yaml: job('bytes: 5 MB/s'), files: 120 };
  const { scenario } = loadScenario(yamlOf(one), 'limits.yaml').variants[0]!;
  const up = await startBackupCluster(scenario, { workDirectory, signal: NEVER });
  try {
    let changedNs = 0;
    const originNs = process.hrtime.bigint();
    const act = async (): Promise<void> => {
      await up.cluster.execute(
        parseStatement('ALTER BACKUP FROM db PROPERTIES ("bytes_per_second" = "20 MB")'),
        {},
      );
      changedNs = Number(process.hrtime.bigint() - originNs);
    };
    const { samples } = await sampled(up, { afterMs: 4000, act });
    const parts = [
      { what: 'before', perSec: 5 * MB, part: samples.filter(({ atNs }) => atNs < changedNs) },
      { what: 'after', perSec: 20 * MB, part: samples.filter(({ atNs }) => atNs > changedNs) },
    ];
    return parts.map(({ what, perSec, part }) => {
      const most = mostPerSec(part, 'bytes');
      return `| changed while it ran, ${what} | ${formatRate(most)} | ${percent(most / perSec - 1)} | | |`;
    });
  } finally {
    await up.close();
  }
}

const { cpu, cores, node } = machine();
console.log(`${cpu}, ${cores} cores, Node ${node}; one run each\n`);
console.log('| limit | most in a second | over the limit | mean | off the limit |\n|---|---|---|---|---|');
const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-limits-'));
try {
  // With a word, only those that it is in.
  const wanted = process.argv[2] ?? '';
  for (const one of CASES) if (one.what.includes(wanted)) console.log(await measure(workDirectory, one));
  if ('changed'.includes(wanted)) for (const line of await measureChange(workDirectory)) console.log(line);
} finally {
  rmSync(workDirectory, { recursive: true, force: true });
}
