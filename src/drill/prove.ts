import { plural } from '../base/text.js';
import type { BackupSelection, Catalog } from '../catalog/index.js';
import type { Journal } from '../coordinator/index.js';
import { verifyRepository, type StorageSpec } from '../repository/index.js';
import { openStorage } from '../repository/storage/open.js';
import { nodeMd5 } from '../repository/storage/node-md5.js';
import { generateTargetCatalog, targetPlacement, type Scenario } from '../scenario/index.js';
import {
  backupOptions,
  parseStatement,
  printStatement,
  type BackupStatement,
  type RestoreStatement,
} from '../sql/index.js';
import type { RestoreReport, RunResult } from '../world/result.js';
import { compareRestored } from './compare-restored.js';
import { givingWay } from './give-way.js';
import { NO_PROGRESS, type DrillListener, type Phase } from './listener.js';
import { interrupted, runRealJob } from './real-job.js';

export interface ProofOptions {
  readonly variant: string;
  readonly scenario: Scenario;
  readonly statement: BackupStatement;
  readonly catalog: Catalog;
  readonly selection: BackupSelection;
  readonly datasetDirectory: string;
  readonly storage: StorageSpec;
  readonly targetDirectory: string;
  /** Of the cluster that is restored into. */
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly listener: DrillListener;
}

/** Proves a backup: checks every checksum in the repository, restores it elsewhere, and compares every byte. */
export async function proveBackup(options: ProofOptions): Promise<RestoreReport> {
  const { scenario, signal } = options;
  const report = await verify(options);
  const target = generateTargetCatalog(scenario);
  const run = await restore(options, target);
  const compared =
    run.job.state === 'FINISHED' ? await compare(options, target) : { files: 0, bytes: 0, differences: [] };
  if (signal.aborted) throw interrupted();
  return {
    run,
    targetNodes: target.nodeNames.length,
    verifiedFiles: report.files,
    verifiedBytes: report.bytes,
    problems: report.problems.map((problem) => `${problem.kind}: ${problem.path}: ${problem.message}`),
    comparedFiles: compared.files,
    comparedBytes: compared.bytes,
    differences: compared.differences,
  };
}

async function verify({
  scenario,
  storage: spec,
  signal,
  listener,
  variant,
}: ProofOptions): ReturnType<typeof verifyRepository> {
  listener.onPhase('verify', variant, 'checking every checksum in the repository');
  const progress = givingWay(progressOf(listener, 'verify', variant));
  const storage = await openStorage(spec);
  try {
    return await verifyRepository(storage, {
      md5: nodeMd5,
      repositoryName: scenario.repository.name,
      signal,
      onProgress: ({ files, bytes, totalFiles, totalBytes }) =>
        progress(files, bytes, totalFiles, totalBytes),
    });
  } finally {
    storage.dispose?.();
  }
}

function restore(options: ProofOptions, target: Catalog): Promise<RunResult> {
  const { scenario, statement, signal, listener, variant } = options;
  const { engine, repository, cluster, seed } = scenario;
  const nodes = target.nodeNames.length;
  listener.onPhase('restore', variant, `into ${plural(nodes, 'node')}`);
  const { name: repositoryName } = repository;
  return runRealJob({
    catalog: target,
    settings: engine,
    seed,
    signal,
    limits: repository.limits,
    statement: restoreStatement(statement, scenario),
    placement: targetPlacement(scenario, nodes),
    clusterDirectory: options.targetDirectory,
    hardware: target.nodeNames.map(() => cluster.nodes[0]!.hardware),
    workersPerNode: engine.downloadWorkers,
    repositories: [{ name: repositoryName, readOnly: true, spec: options.storage }],
    journal: options.journal,
    onProgress: (snapshot) =>
      listener.onProgress({
        ...snapshot,
        phase: 'restore',
        variant,
      }),
  });
}

/** `RESTORE` of what `BACKUP` wrote. */
function restoreStatement(backup: BackupStatement, scenario: Scenario): RestoreStatement {
  const { database, label, repository } = backup;
  const { database: _, ...source } = { ...backup, kind: 'restore' as const, scope: { kind: 'all' as const } };
  const properties = [property('replication_num', String(scenario.restore.replication))];
  const named = database ? { database } : {};
  const text = printStatement({ ...source, ...named, label, repository, properties });
  return parseStatement(text) as RestoreStatement;
}

function property(key: string, value: string): BackupStatement['properties'][number] {
  const span = { offset: 0, length: 0 };
  return { key: { text: key, span }, value: { text: value, span } };
}

async function compare(options: ProofOptions, target: Catalog): ReturnType<typeof compareRestored> {
  const { scenario, statement, catalog, selection, datasetDirectory, targetDirectory } = options;
  const { listener, variant, signal } = options;
  listener.onPhase('compare', variant, 'holding every restored byte against the source');
  const progress = givingWay(progressOf(listener, 'compare', variant));
  const selected = selection.tables.flatMap(({ table, partitions }) =>
    partitions.map((p) => `${table.name}.${p.name}`),
  );
  return compareRestored({
    source: catalog,
    target,
    databaseName: selection.database.name,
    datasetDirectory,
    targetDirectory,
    selected: new Set(selected),
    hasData: backupOptions(statement, scenario.engine).content === 'all',
    async onProgress(files, bytes) {
      await progress(files, bytes, 0, 0);
      if (signal.aborted) throw interrupted();
    },
  });
}

function progressOf(listener: DrillListener, phase: Phase, variant: string) {
  const startMs = performance.now();
  return (doneFiles: number, doneBytes: number, totalFiles: number, totalBytes: number): void =>
    listener.onProgress({
      ...NO_PROGRESS,
      phase,
      variant,
      elapsedMs: performance.now() - startMs,
      doneBytes,
      totalBytes,
      doneFiles,
      totalFiles,
    });
}
