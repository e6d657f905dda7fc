import { randomFillSync } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { bindBackup, type BackupSelection, type Catalog } from '../../catalog/index.js';
import { buildInfo, buildMeta, type StoredJob } from '../../coordinator/index.js';
import { encodeInfo, encodeMeta, md5Hex } from '../../repository/index.js';
import { nodeMd5 } from '../../repository/storage/node-md5.js';
import { generateCatalog, loadScenario, scenarioStatement } from '../../scenario/index.js';
import { onDisk } from '../../world/real/errno.js';
import { openJournal } from '../../world/real/lmdb-journal.js';
import type { Effort } from './effort.js';
import type { Prober, Timed } from './prober.js';
import { spreadOf, type Spread } from './statistics.js';

/** Rates in bytes a second, durations in milliseconds. */
export interface MachineFigures {
  /** Reading files that are in memory, on all cores at once. */
  readonly read: Spread;
  /** Reading and hashing them, on one core … */
  readonly hash: Spread;
  /** … and on all at once … */
  readonly hashOnAll: Spread;
  /** … several files at a time, as the engine does where it waits for nothing but the machine. */
  readonly hashTogether: Spread;
  /** A file's hard link. */
  readonly link: Spread;
  /** A file that is read into a bundle, … */
  readonly readBundled: Spread;
  /** … one that is made of a bundle, … */
  readonly makeBundled: Spread;
  /** … and is on the disk then. */
  readonly syncBundled: Spread;
  /** A message to a thread, one way. */
  readonly message: Spread;
  /** A change of a job, until it is on the disk. */
  readonly persist: Spread;
  /** Of a manifest's text. */
  readonly manifest: Spread;
}

const FILE_BYTES = 16 * 2 ** 20;
/** Files that a core hashes together: as many as a vector has words. More go a little faster. */
const FILES_TOGETHER = 4;
const LINKS = 200;
const LINK_ROUNDS = 5;
const BUNDLED_FILES = 50;
const BUNDLED_BYTES = 4096;
const BUNDLING = [
  ['readBundled', 'read'],
  ['makeBundled', 'make'],
  ['syncBundled', 'make durably'],
] as const;
const MESSAGES = 40;
const WRITES = 5;
const WARM_UP_MESSAGES = 20;
/** About as long as a task with a few shards is. */
const MESSAGE_PAYLOAD = 'x'.repeat(1000);
const MANIFEST_SCENARIO = `
cluster: { nodes: 4, replication: 1 }
databases: [{ name: d, tables: [{ name: t, partitions: 4, buckets: 25, filesPerShard: 9, fileSize: 1 MiB }] }]
statement: BACKUP SNAPSHOT d.l TO example_repo
`;

/** What must be free under the work directory for these. */
export const MACHINE_PROBE_BYTES = 4 * FILE_BYTES;

/** Measures processors, memory and the disk of the work directory, each thing several times, and all of them in turn. */
export async function probeMachine(
  prober: Prober,
  directory: string,
  effort: Effort,
): Promise<MachineFigures> {
  const cores = availableParallelism();
  const file = path.join(directory, 'file');
  const links = path.join(directory, 'links');
  const bundled = Array.from({ length: BUNDLED_FILES }, (_, i) => path.join(directory, `bundled-${i}`));
  const journal = openJournal(path.join(directory, 'journal'), 'calibration');
  const samples = {
    read: [],
    hash: [],
    hashOnAll: [],
    hashTogether: [],
    link: [],
    readBundled: [],
    makeBundled: [],
    syncBundled: [],
    message: [],
    persist: [],
    manifest: [],
  } as Record<keyof MachineFigures, number[]>;
  try {
    onDisk(`writing ${directory}`, () => makeAll(file, links, bundled));
    const reading = (hash: boolean, threads: number, atOnce = 1): Promise<Timed> =>
      prober.measure(
        Array.from({ length: threads }, () => ({ kind: 'read', file, hash, atOnce, lastMs: effort.roundMs })),
      );
    const manifest = manifestToBuild();
    // Code that runs for the first time is slow, and is not what is to be measured.
    await reading(true, cores);
    buildManifest(manifest);
    await messages(prober, WARM_UP_MESSAGES);
    for (let round = 0; round < effort.rounds; round++) {
      samples.hash.push(rateOf(await reading(true, 1), 1));
      samples.hashOnAll.push(rateOf(await reading(true, cores), cores));
      const together = await reading(true, cores, FILES_TOGETHER);
      samples.hashTogether.push(rateOf(together, cores * FILES_TOGETHER));
      samples.read.push(rateOf(await reading(false, cores), cores));
      const task = {
        kind: 'link',
        from: links,
        to: path.join(directory, 'linked'),
        rounds: LINK_ROUNDS,
      } as const;
      const { samplesMs } = await prober.measure([task]);
      samples.link.push(...samplesMs.map((ms) => ms / LINKS));
      for (const [key, does] of BUNDLING) {
        const files = does === 'read' ? bundled : bundled.map((name) => `${name}-made`);
        const bundling = { kind: 'bundle', files, sizeBytes: BUNDLED_BYTES, does } as const;
        samples[key].push(...(await prober.measure([{ ...bundling, rounds: LINK_ROUNDS }])).samplesMs);
      }
      samples.message.push(...(await messages(prober, MESSAGES)));
      for (let i = 0; i < WRITES; i++)
        samples.persist.push(timed(() => journal.write([{ kind: 'job', job: JOB }])));
      samples.manifest.push(buildManifest(manifest));
      await setImmediate();
    }
  } finally {
    await journal.close();
    rmSync(directory, { recursive: true, force: true });
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, values]) => [name, spreadOf(values)]),
  ) as unknown as MachineFigures;
}

function makeAll(file: string, links: string, bundled: readonly string[]): void {
  mkdirSync(links, { recursive: true });
  writeFileSync(file, randomFillSync(new Uint8Array(FILE_BYTES)));
  for (let i = 0; i < LINKS; i++) writeFileSync(path.join(links, String(i)), '');
  for (const name of bundled) writeFileSync(name, new Uint8Array(BUNDLED_BYTES));
}

/** Bytes a second of all threads together. */
function rateOf({ samplesMs }: Timed, threads: number): number {
  const sumMs = samplesMs.reduce((sum, ms) => sum + ms, 0);
  return (threads * samplesMs.length * FILE_BYTES * 1000) / sumMs;
}

async function messages(prober: Prober, count: number): Promise<number[]> {
  const samplesMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const { wallMs } = await prober.measure([{ kind: 'echo', payload: MESSAGE_PAYLOAD }]);
    samplesMs.push(wallMs / 2);
  }
  return samplesMs;
}

function timed(action: () => void): number {
  const startMs = performance.now();
  action();
  return performance.now() - startMs;
}

interface ManifestToBuild {
  readonly catalog: Catalog;
  readonly selection: BackupSelection;
  readonly checksums: readonly (readonly string[])[];
}

function manifestToBuild(): ManifestToBuild {
  const { scenario } = loadScenario(MANIFEST_SCENARIO, 'manifest').variants[0]!;
  const catalog = generateCatalog(scenario);
  const statement = scenarioStatement(scenario);
  const selection = bindBackup(catalog, statement as Parameters<typeof bindBackup>[1], {
    sessionDatabase: undefined,
    unsupportedTables: 'skip',
  });
  const checksums = Array.from({ length: catalog.shards.count }, (_, shard) =>
    Array.from({ length: catalog.shards.fileCount(shard) }, (_unused, file) =>
      (shard * 1000 + file).toString(16).padStart(32, '0'),
    ),
  );
  return { catalog, selection, checksums };
}

/** Bytes a second. */
function buildManifest({ catalog, selection, checksums }: ManifestToBuild): number {
  const startMs = performance.now();
  const spec = { catalog, selection, label: 'l', repository: 'r', backupTime: '2020-01-01-00-00-00' };
  const shards = Int32Array.from(checksums.keys());
  const texts = [
    encodeMeta(buildMeta({ ...spec, content: 'all' })),
    encodeInfo(buildInfo({ ...spec, content: 'all' }, { shards, checksums })),
  ];
  let sizeBytes = 0;
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text);
    md5Hex(nodeMd5, bytes);
    sizeBytes += bytes.length;
  }
  return (sizeBytes * 1000) / (performance.now() - startMs);
}

const JOB: StoredJob = {
  id: 1,
  statement: 'BACKUP SNAPSHOT d.l TO r',
  label: 'l',
  databaseId: 1,
  database: 'd',
  repository: 'r',
  createdAtMs: 0,
  timeoutMs: 86_400_000,
  states: [{ state: 'PENDING', atMs: 0 }],
  restarts: 0,
  objects: 't',
  skippedTables: [],
  totals: { shards: 1, files: 1, sizeBytes: 1 },
  detail: {
    kind: 'backup',
    content: 'all',
    canRename: true,
    backupTime: '2020-01-01-00-00-00',
    leftovers: false,
  },
};
