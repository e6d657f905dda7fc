import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machine } from '../src/drill/index.js';
import { simulate } from '../src/planner/index.js';
import { loadScenario, withSettings } from '../src/scenario/index.js';

/*
 * How the cost of a simulated file changes with files, nodes and workers, from 10^4 to 10^7 files and from 1 to 10,000
 * nodes. Each case has a process of its own, so that one's memory is not another's; what is measured is `simulate`, the
 * making of the catalog included, and not the start of the process.
 */

interface Fleet {
  readonly nodes: number;
  readonly shards: number;
  readonly workers: number;
}

interface Measurement {
  readonly wallSec: number;
  readonly cpuSec: number;
  readonly peakMb: number;
}

const FILES_PER_SHARD = 10;
const DOCUMENT = 'docs/benchmarks.md';
const BEGIN = '<!-- fleet: begin -->';
const END = '<!-- fleet: end -->';

const FLEETS: readonly Fleet[] = [
  { nodes: 1, shards: 1000, workers: 3 },
  { nodes: 1, shards: 100_000, workers: 3 },
  { nodes: 10, shards: 1000, workers: 3 },
  { nodes: 10, shards: 10_000, workers: 3 },
  { nodes: 100, shards: 10_000, workers: 3 },
  { nodes: 100, shards: 100_000, workers: 3 },
  { nodes: 1000, shards: 10_000, workers: 3 },
  { nodes: 1000, shards: 100_000, workers: 3 },
  { nodes: 1000, shards: 100_000, workers: 8 },
  { nodes: 10_000, shards: 100_000, workers: 3 },
  { nodes: 1000, shards: 1_000_000, workers: 3 },
  { nodes: 1000, shards: 1_000_000, workers: 8 },
];

const [mode, given] = process.argv.slice(2);
if (mode === 'one') console.log(JSON.stringify(measure(JSON.parse(given!) as Fleet)));
else measureAll();

function measureAll(): void {
  const { cpu, cores, node } = machine();
  const lines = [
    `${cpu}, ${cores} cores, Node ${node}; one run each, in a process of its own.`,
    '',
    '| nodes | files | workers a node | time | processor time | files a second | a file | memory |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const fleet of FLEETS) {
    const { wallSec, cpuSec, peakMb } = inOwnProcess(fleet);
    const files = fleet.shards * FILES_PER_SHARD;
    const line = [
      fleet.nodes.toLocaleString('en'),
      files.toLocaleString('en'),
      fleet.workers,
      `${wallSec.toFixed(2)} s`,
      `${cpuSec.toFixed(2)} s`,
      Math.round(files / wallSec).toLocaleString('en'),
      `${((wallSec / files) * 1e6).toFixed(2)} us`,
      `${Math.round(peakMb)} MB`,
    ];
    lines.push(`| ${line.join(' | ')} |`);
    process.stderr.write(`${lines.at(-1)}\n`);
  }
  console.log(lines.join('\n'));
  if (process.argv.includes('--write')) write(lines.join('\n'));
}

function inOwnProcess(fleet: Fleet): Measurement {
  const output = execFileSync(process.execPath, [
    fileURLToPath(import.meta.url),
    'one',
    JSON.stringify(fleet),
  ]);
  return JSON.parse(output.toString()) as Measurement;
}

function measure({ nodes, shards, workers }: Fleet): Measurement {
  const text = readFileSync('scenarios/fleet-1000.yaml', 'utf8');
  const settings = {
    'cluster.nodes': nodes,
    'cluster.replication': Math.min(3, nodes),
    // As much for each node, and bound by it as often.
    'repository.bandwidth': `${nodes * 50} MB/s`,
    'databases.0.tables.0.partitions.0.count': Math.ceil(shards / 10_000),
    'databases.0.tables.0.buckets': Math.min(1000, shards / 10),
    'engine.uploadWorkers': workers,
  };
  const asText = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
  const { scenario } = loadScenario(withSettings(text, asText), 'fleet-1000.yaml').variants[0]!;
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const { totals } = simulate(scenario);
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallSec = (performance.now() - startMs) / 1000;
  if (totals.files !== shards * FILES_PER_SHARD) throw new Error(`${totals.files} files`);
  return { wallSec, cpuSec: (user + system) / 1e6, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6 };
}

function write(table: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has lost its markers`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
