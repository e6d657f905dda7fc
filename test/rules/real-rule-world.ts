import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalog } from '../../src/catalog/index.js';
import { failure, success } from '../../src/coordinator/index.js';
import { RealCluster } from '../../src/drill/real-cluster.js';
import {
  infoPath,
  shardDirectory,
  snapshotDirectory,
  splitChecksum,
  withChecksum,
} from '../../src/repository/index.js';
import { generateCatalog, targetPlacement, type Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { prepareDataset } from '../../src/world/real/dataset.js';
import { layOutCluster } from '../../src/world/real/lay-out.js';
import { nodePaths } from '../../src/world/real/paths.js';
import { filesBelow, nothing } from '../fixtures/real-drill.js';
import { startS3Server, type S3Server } from '../s3-server/server.js';
import { hookedJournal, type HookedJournal } from './hooked-journal.js';
import { ruleScenario } from './rule-scenario.js';
import { shardsOf, type RuleOptions, type RuleWorld } from './rule-world.js';
import { contentsOf } from './table-contents.js';

const OTHER_INFO = infoPath('repo', 'label', '2001-01-01-00-00-00').split('/').at(-1)!;
const POLL_MS = 2;

/** The data is the same for all rules of a process. */
const data = mkdtempSync(path.join(tmpdir(), 'drill-rules-data-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));

export async function realRuleWorld(options: RuleOptions): Promise<RuleWorld> {
  const scenario = ruleScenario(options);
  const root = mkdtempSync(path.join(tmpdir(), 'drill-rules-'));
  const clusterDirectory = path.join(root, 'cluster');
  const repository = path.join(root, 'repository');
  const server = options.storage === 's3' ? await startS3Server({ buckets: ['bucket'] }) : undefined;
  const journal = hookedJournal();
  const newCatalog = (): Catalog => {
    const made = generateCatalog(scenario);
    options.shape?.(made);
    return made;
  };
  const first = newCatalog();
  layOutCluster(first, await datasetOf(first, scenario), clusterDirectory);
  let { catalog, cluster } = await startCluster(first, scenario, clusterDirectory, journal);
  const inRepository = (file: string): string => path.join(repository, file);

  return {
    kind: 'real',
    get catalog() {
      return catalog;
    },
    get coordinator() {
      return cluster.coordinator;
    },
    journal,
    place: server
      ? s3Place(server)
      : `WITH LOCAL ON LOCATION "file://${repository}" PROPERTIES ("durable" = "false")`,
    ...(server ? { s3Requests: server.requests } : {}),
    async execute(sql, session = {}) {
      try {
        return success(await cluster.execute(parseStatement(sql), session));
      } catch (error) {
        return failure(error);
      }
    },
    async until(isSo) {
      while (!isSo()) await sleep(POLL_MS);
    },
    async restart() {
      await cluster.close();
      journal.revive();
      ({ catalog, cluster } = await startCluster(newCatalog(), scenario, clusterDirectory, journal));
    },
    async stored(label) {
      if (!server) return filesBelow(inRepository(snapshotDirectory('repo', label)));
      const below = `p/${snapshotDirectory('repo', label)}/`;
      const keys = [...server.buckets.get('bucket')!.objects.keys()];
      return keys.flatMap((key) => (key.startsWith(below) ? [key.slice(below.length)] : [])).sort();
    },
    sentFiles: () => cluster.world.progress.files,
    isClean: () =>
      catalog.nodeNames.every((name) => {
        const { snapshots, staging } = nodePaths(clusterDirectory, name);
        return filesBelow(snapshots).length === 0 && filesBelow(staging).length === 0;
      }),
    contents: (database, table) =>
      contentsOf(catalog, `${database}.${table}`, (node, shard) =>
        checksumsIn(shardDirectoryOf(catalog, clusterDirectory, node, shard)),
      ),
    plantSnapshot(label, isThere) {
      const directory = inRepository(snapshotDirectory('repo', label));
      const file = path.join(directory, withChecksum(OTHER_INFO, md5('')));
      mkdirSync(directory, { recursive: true });
      if (isThere) writeFileSync(file, '');
      else rmSync(file);
    },
    async cutShort(label) {
      const directory = inRepository(snapshotDirectory('repo', label));
      const whole = filesBelow(directory).find((file) => file.startsWith('__ss_content/'))!;
      renameSync(path.join(directory, whole), path.join(directory, `${splitChecksum(whole)!.name}.part`));
    },
    intercept(send) {
      const pass = cluster.world.send.bind(cluster.world);
      cluster.world.send = (...args) => send(pass, ...args);
    },
    blockRename(database, table, label) {
      const [shard] = shardsOf(catalog, `${database}.${table}`);
      const { firstReplica, replicaNode } = catalog.shards;
      const source = shardDirectoryOf(catalog, clusterDirectory, replicaNode[firstReplica[shard!]!]!, shard!);
      const [name] = readdirSync(source).sort();
      const sum = md5(readFileSync(path.join(source, name!)));
      const target = inRepository(shardDirectory('repo', label, catalog.addressOf(shard!)));
      mkdirSync(path.join(target, withChecksum(name!, sum), 'in the way'), { recursive: true });
    },
    async close() {
      await cluster.close();
      await server?.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const datasetOf = (catalog: Catalog, { seed }: Scenario): Promise<string> =>
  prepareDataset({
    catalog,
    seed,
    dataDirectory: data,
    threads: 1,
    signal: new AbortController().signal,
    onProgress: nothing,
  });

async function startCluster(
  catalog: Catalog,
  { cluster: { nodes }, engine: settings, repository: { limits }, seed, ...scenario }: Scenario,
  clusterDirectory: string,
  journal: HookedJournal,
): Promise<{ catalog: Catalog; cluster: RealCluster }> {
  const cluster = await RealCluster.start({
    catalog,
    placement: targetPlacement({ ...scenario, seed } as Scenario, nodes.length),
    settings,
    clusterDirectory,
    hardware: nodes.map(({ hardware }) => hardware),
    limits,
    workersPerNode: settings.uploadWorkers,
    repositories: [],
    seed,
    journal,
  });
  return { catalog, cluster };
}

const s3Place = ({ endpoint, region, credentials }: S3Server): string =>
  `WITH S3 ON LOCATION "s3://bucket/p" PROPERTIES ("s3.endpoint" = "${endpoint}", "s3.region" = "${region}",
    "s3.access_key" = "${credentials.accessKeyId}", "s3.secret_key" = "${credentials.secretAccessKey}")`;

const shardDirectoryOf = (catalog: Catalog, cluster: string, node: number, shard: number): string =>
  path.join(nodePaths(cluster, catalog.nodeNames[node]!).data, String(catalog.shards.id[shard]));

/** Of the files in a directory, by their names; the header's is its shard's, which a restore changes. */
function checksumsIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => ({
      order: name.endsWith('.hdr') ? '' : name,
      sum: md5(readFileSync(path.join(directory, name))),
    }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ sum }) => sum);
}

const md5 = (bytes: string | Buffer): string => createHash('md5').update(bytes).digest('hex');
