import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../../src/drill/index.js';
import { generateCatalog } from '../../src/scenario/index.js';
import { comparisonTable, disagreement, filesOf, median, TOLERANCE, type CaseResult } from './comparison.js';
import { formatInput, inputOf } from './input.js';
import { FILES_PER_SHARD, MODELS, scenarioOf, type ModelName, type PeerCase } from './models.js';
import { findPeers, ours, type Measurement, type MissingPeer, type Simulator } from './simulators.js';

const USAGE = `Our virtual world, SimGrid and SimPy on the same input, side by side. Run it at the root of the project.

  npm run peers -- [options] [${MODELS.join('|')} ...]

  --quick       small cases, one round
  --rounds N    how often each case is run by each simulator, in turns (3)
  --nodes N     one case of this size for each model, instead of the usual ones
  --workers N   (4)
  --files N     of each node (1000)
  --seed N      (1)
  --json        print JSON instead of a table
  --write       put the table into docs/benchmarks.md

Exit code 1: simulators disagree about a duration by more than ${TOLERANCE * 100} %.`;

const DOCUMENT = 'docs/benchmarks.md';
const BEGIN = '<!-- peers: begin -->';
const END = '<!-- peers: end -->';
const DEFAULT_ROUNDS = 3;

/** Nodes, and files of each. A thousand nodes get fewer files: what peers take for one grows with the flows at once. */
const USUAL_SIZES = [
  [10, 2000],
  [100, 500],
  [1000, 20],
] as const;
const QUICK_SIZES = [
  [10, 1000],
  [100, 100],
] as const;

interface Options {
  readonly rounds: number;
  readonly cases: readonly PeerCase[];
  readonly isJson: boolean;
  readonly isToWrite: boolean;
}

try {
  main(readOptions());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function main(options: Options): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-peers-'));
  try {
    const found = findPeers(directory);
    const peers = found.flatMap((peer) => ('run' in peer ? [peer] : []));
    for (const peer of found) if (!('run' in peer)) tellMissing(peer);
    const inputFile = path.join(directory, 'input');
    report(
      options.cases.map((peerCase) => compare(peerCase, peers, inputFile, options.rounds)),
      options,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function tellMissing({ name, reason, packages }: MissingPeer): void {
  process.stderr.write(`${name} is left out: ${reason}\n`);
  process.stderr.write(`  on Debian: apt-get install --no-install-recommends ${packages}\n`);
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      nodes: { type: 'string' },
      workers: { type: 'string' },
      files: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const models = positionals.length === 0 ? MODELS : positionals.map(modelNamed);
  const seed = whole('seed', values.seed);
  const hasSize = [values.nodes, values.workers, values.files].some((value) => value !== undefined);
  const cases = hasSize
    ? models.map((model) => ({
        model,
        nodes: whole('nodes', values.nodes ?? '100'),
        workers: whole('workers', values.workers ?? '4'),
        filesPerNode: whole('files', values.files ?? '1000', FILES_PER_SHARD),
        seed,
      }))
    : models.flatMap((model) => usualCases(model, seed, values.quick));
  return {
    rounds: whole('rounds', values.rounds ?? (values.quick ? '1' : String(DEFAULT_ROUNDS))),
    cases,
    isJson: values.json,
    isToWrite: values.write,
  };
}

function usualCases(model: ModelName, seed: number, isQuick: boolean): PeerCase[] {
  const sizes = isQuick ? QUICK_SIZES : USUAL_SIZES;
  return sizes.map(([nodes, filesPerNode]) => ({ model, nodes, workers: 4, filesPerNode, seed }));
}

function modelNamed(text: string): ModelName {
  const model = MODELS.find((name) => name === text);
  if (model === undefined) throw new Error(`there is no model ${text}: ${MODELS.join(', ')}`);
  return model;
}

function whole(option: string, text: string, divisor = 1): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value % divisor !== 0)
    throw new Error(`--${option} ${text}: a whole number from 1${divisor > 1 ? `, by ${divisor}s` : ''}`);
  return value;
}

/** All simulators on one case, in turns, so that whatever else the machine does hits them alike. */
function compare(
  peerCase: PeerCase,
  peers: readonly Simulator[],
  inputFile: string,
  rounds: number,
): CaseResult {
  const scenario = scenarioOf(peerCase);
  writeFileSync(inputFile, formatInput(inputOf(scenario, generateCatalog(scenario))));
  const simulators = [ours, ...peers].map((simulator) => ({ simulator, runs: [] as Measurement[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { simulator, runs } of simulators) {
      const { model, nodes, workers } = peerCase;
      process.stderr.write(`${model} ${nodes} x ${workers}, ${round}/${rounds}: ${simulator.name}\n`);
      runs.push(simulator.run(peerCase, inputFile));
    }
  }
  const [own, ...others] = simulators.map(({ simulator, runs }) => ({ name: simulator.name, runs }));
  return { peerCase, ours: own!, peers: others };
}

function report(results: readonly CaseResult[], { rounds, isJson, isToWrite }: Options): void {
  const text = described(results, rounds);
  console.log(isJson ? JSON.stringify({ machine: machine(), results }, undefined, 2) : text);
  if (isToWrite) write(text);
  for (const result of results) {
    for (const peer of result.peers) {
      const difference = disagreement(result, peer);
      if (Math.abs(difference) <= TOLERANCE) continue;
      const { model, nodes, workers } = result.peerCase;
      const size = `${model}, ${nodes} nodes of ${workers} workers`;
      process.stderr.write(`${size}: ${peer.name}'s duration differs by ${difference * 100} % from ours\n`);
      process.exitCode = 1;
    }
  }
}

function described(results: readonly CaseResult[], rounds: number): string {
  const { cpu, cores, node } = machine();
  const first = results.map(({ peerCase, ours: { runs } }) => {
    const sec = median(runs.map(({ firstRunSec }) => firstRunSec!));
    return `${sec.toFixed(3)} s (${Number((filesOf(peerCase) / sec).toPrecision(3)).toLocaleString('en-US')}/s)`;
  });
  return [
    `${cpu}, ${cores} cores, Node ${node}; each ${rounds === 1 ? 'once' : `${rounds} times, medians`}.`,
    '',
    comparisonTable(results),
    '',
    `Ours for the first time in a process, in the order of the table: ${first.join(', ')}.`,
  ].join('\n');
}

function write(text: string): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has lost its markers`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}
