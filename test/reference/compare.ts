import { invariant } from '../../src/base/errors.js';
import { randomStream } from '../../src/base/random.js';
import { bindBackup, selectedShards, type Catalog } from '../../src/catalog/index.js';
import { buildMeta } from '../../src/coordinator/manifest-builder.js';
import { runStatement, virtualCluster, type VirtualClusterOptions } from '../../src/planner/index.js';
import { encodeMeta } from '../../src/repository/index.js';
import { generateCatalog, scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import type { RunResult } from '../../src/world/result.js';
import { referenceBackup, type ReferenceOptions, type ReferenceResult } from './backup.js';

export interface Comparison {
  readonly engine: RunResult;
  /** When each file was there, if that was asked for: `shard/file` to milliseconds. */
  readonly enginePuts: ReadonlyMap<string, number> | undefined;
  readonly reference: ReferenceResult;
}

export interface RunOptions {
  readonly onRates?: ReferenceOptions['onRates'];
  /** Whether to note each file's end in the engine, which is observed only when somebody wants to know. */
  readonly withPuts?: boolean;
}

/** Runs a scenario's backup in both simulators, over the same files. */
export function runBoth(scenario: Scenario, { onRates, withPuts = false }: RunOptions = {}): Comparison {
  const puts = new Map<string, number>();
  const trace: VirtualClusterOptions['trace'] = ({ operation, atMs }) => {
    if (operation.op === 'put') puts.set(`${operation.shard}/${operation.file}`, atMs);
  };
  const cluster = virtualCluster(scenario, withPuts ? { trace } : {});
  const { catalog } = cluster;
  makeSizesOdd(catalog, scenario.seed);
  const engine = runStatement(cluster, scenarioStatement(scenario));
  const documentBytes = documentSizes(scenario, catalog, engine.totals.manifestBytes);
  const reference = referenceBackup(scenario, { catalog, documentBytes, onRates });
  return { engine, enginePuts: withPuts ? puts : undefined, reference };
}

/** Large against rounding, also that of a short time added to a late one; small against what is compared. */
const JITTER = 1e-10;
const JITTERED_RUNS = 6;

/**
 * Whether the reference gives another result when every duration and size is a ten-billionth more or less. Where it does,
 * the result hangs on rounding: on who comes first of two who come at the same instant, or on feedback that makes of a
 * rounding error a larger one with each file. Of such scenarios there is no one right result to compare.
 */
export function hangsOnRounding(scenario: Scenario, { engine, enginePuts, reference }: Comparison): boolean {
  const catalog = generateCatalog(scenario);
  makeSizesOdd(catalog, scenario.seed);
  const documentBytes = documentSizes(scenario, catalog, engine.totals.manifestBytes);
  return Array.from({ length: JITTERED_RUNS }).some((_, run) => {
    const random = randomStream(scenario.seed, `jitter ${run}`);
    const jitter = (): number => 1 + JITTER * (2 * random() - 1);
    const jittered = referenceBackup(scenario, { catalog, documentBytes, jitter });
    // Without the engine's, when single files are there is of no interest.
    return !areClose(
      timesOf(jittered, enginePuts !== undefined),
      timesOf(reference, enginePuts !== undefined),
    );
  });
}

function timesOf({ states, puts }: ReferenceResult, withPuts: boolean): number[] {
  const inOrder = [...puts].sort((a, b) => a.shard - b.shard || a.file - b.file);
  return [
    ...states.map(({ durationMs }) => durationMs),
    ...(withPuts ? inOrder.map(({ atMs }) => atMs) : []),
  ];
}

const areClose = (actual: readonly number[], expected: readonly number[]): boolean =>
  actual.every((value, i) => isClose(value, expected[i] ?? NaN));

const HEADER_STEP_BYTES = 211;

/**
 * Gives headers different sizes. All of 4 KiB, they would end at the same instant on several nodes, and who then comes
 * first in the line for a request is for each simulator to choose.
 */
export function makeSizesOdd({ shards }: Catalog, seed: string): void {
  const random = randomStream(seed, 'odd header sizes');
  for (let shard = 0; shard < shards.count; shard++) {
    const header = shards.firstFile[shard]!;
    const bytes = 1 + shard * HEADER_STEP_BYTES + Math.floor(random() * HEADER_STEP_BYTES);
    shards.sizeBytes[shard]! += bytes - shards.fileSizeBytes[header]!;
    shards.fileSizeBytes[header] = bytes;
  }
}

/** The sizes of `__meta` and `__info`: the first is what it is, the rest of the engine's manifest is the second. */
function documentSizes(scenario: Scenario, catalog: Catalog, manifestBytes: number): number[] {
  const statement = scenarioStatement(scenario);
  invariant(statement.kind === 'backup', 'only backups have documents');
  const { unsupportedTables } = scenario.engine;
  const selection = bindBackup(catalog, statement, { unsupportedTables });
  const meta = buildMeta({
    catalog,
    selection,
    label: statement.label.text,
    repository: statement.repository.text,
    backupTime: '',
    content: selectedShards(selection).length > 0 ? 'all' : 'metadata_only',
  });
  const metaBytes = new TextEncoder().encode(encodeMeta(meta)).length;
  return [metaBytes, manifestBytes - metaBytes];
}

/** Where the simulators differ by more than rounding. */
export function differences({ engine, enginePuts, reference }: Comparison): string[] {
  const problems: string[] = [];
  const compare = (what: string, actual: number, expected: number): void => {
    if (!isClose(actual, expected)) problems.push(`${what}: engine ${actual}, reference ${expected}`);
  };
  const names = (states: readonly { readonly state: string }[]): string =>
    states.map(({ state }) => state).join(' ');
  if (names(engine.states) !== names(reference.states)) problems.push(`states: ${names(engine.states)}`);
  reference.states.forEach(({ state, durationMs }, i) =>
    compare(state, engine.states[i]?.durationMs ?? NaN, durationMs),
  );
  compare('duration', engine.totals.durationMs, reference.durationMs);
  compare('requests', engine.totals.requests, reference.requests);
  const files = reference.puts.reduce((sum, put) => sum + put.files, 0);
  compare('files', engine.totals.movedFiles, files);
  if (enginePuts) compare('objects', enginePuts.size, reference.puts.length);
  for (const { node, shard, file, atMs } of enginePuts ? reference.puts : [])
    compare(
      `file ${file} of shard ${shard} on node ${node}`,
      enginePuts?.get(`${shard}/${file}`) ?? NaN,
      atMs,
    );
  return problems;
}

const RELATIVE = 1e-9;
const FLOOR_MS = 1e-6;

const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(FLOOR_MS, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
