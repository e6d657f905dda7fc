import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  cleanWorkDirectory,
  closeWorkspace,
  openWorkspace,
  workspaceFor,
} from '../../../src/drill/workspace.js';
import { generateCatalog, loadScenario } from '../../../src/scenario/index.js';
import type { Catalog } from '../../../src/catalog/index.js';
import { prepareDataset } from '../../../src/world/real/dataset.js';
import { removeReplica } from '../../../src/world/real/cleaning.js';
import { borrowedReplica, layOutCluster, ownReplica } from '../../../src/world/real/lay-out.js';
import { nodePaths } from '../../../src/world/real/paths.js';

const SCENARIO = `
name: lay-out
cluster: { nodes: 2, replication: 2 }
repository: { type: local }
databases: [{ name: d, tables: [{ name: t, buckets: 3, filesPerShard: 2, fileSize: 1 kB }] }]
statement: BACKUP SNAPSHOT d.s TO example_repo
`;

interface Site {
  readonly workDirectory: string;
  readonly catalog: Catalog;
  readonly dataset: string;
}

async function siteFor(t: ExecutionContext): Promise<Site> {
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-lay-out-'));
  t.teardown(() => rmSync(workDirectory, { recursive: true }));
  const { scenario } = loadScenario(SCENARIO, 'lay-out').variants[0]!;
  const catalog = generateCatalog(scenario);
  const dataset = await prepareDataset({
    catalog,
    seed: scenario.seed,
    dataDirectory: path.join(workDirectory, 'data'),
    threads: 1,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return { workDirectory, catalog, dataset };
}

/** Every file below, with its content. */
function filesOf(directory: string): readonly (readonly [name: string, content: string])[] {
  const names = readdirSync(directory, { recursive: true }).map(String).toSorted();
  const files = names.filter((name) => statSync(path.join(directory, name)).isFile());
  return files.map((name) => [name, readFileSync(path.join(directory, name), 'latin1')]);
}

for (const [kind, makeReplica] of Object.entries({ ownReplica, borrowedReplica })) {
  test(`${kind}: every node has the files of its shards`, async (t) => {
    const { workDirectory, catalog, dataset } = await siteFor(t);
    const cluster = path.join(workDirectory, 'cluster');
    layOutCluster(catalog, dataset, cluster, makeReplica);
    const shards = filesOf(dataset).filter(([name]) => !name.startsWith('meta'));
    t.is(shards.length, 9);
    for (const node of catalog.nodeNames) {
      const { data, meta } = nodePaths(cluster, node);
      for (const shard of readdirSync(data))
        t.deepEqual(filesOf(path.join(data, shard)), filesOf(path.join(dataset, shard)));
      t.deepEqual(readdirSync(data), ['10005', '10006', '10007']);
      t.deepEqual(filesOf(meta), filesOf(path.join(dataset, 'meta')));
    }
  });

  test(`${kind}: a replica that is removed leaves the data set as it was`, async (t) => {
    const { workDirectory, catalog, dataset } = await siteFor(t);
    const before = filesOf(dataset);
    const cluster = path.join(workDirectory, 'cluster');
    layOutCluster(catalog, dataset, cluster, makeReplica);
    const node = nodePaths(cluster, catalog.nodeNames[0]!);
    removeReplica(node, 10005);
    t.false(existsSync(path.join(node.data, '10005')));
    t.deepEqual(filesOf(dataset), before);
  });

  test(`${kind}: what removes a cluster, or finds one that a killed run left, leaves the data set as it was`, async (t) => {
    const { workDirectory, catalog, dataset } = await siteFor(t);
    const before = filesOf(dataset);
    const workspace = workspaceFor(workDirectory, 'lay-out', '');
    openWorkspace(workspace);
    layOutCluster(catalog, dataset, workspace.cluster, makeReplica);
    rmSync(workspace.lock);
    // As the next run does, which empties what it finds before it puts it aside.
    openWorkspace(workspace);
    t.deepEqual(filesOf(dataset), before);
    layOutCluster(catalog, dataset, workspace.cluster, makeReplica);
    closeWorkspace(workspace);
    t.false(existsSync(workspace.cluster));
    t.deepEqual(filesOf(dataset), before);
    openWorkspace(workspace);
    layOutCluster(catalog, dataset, workspace.cluster, makeReplica);
    rmSync(workspace.lock);
    cleanWorkDirectory(workDirectory);
    t.deepEqual(readdirSync(workDirectory), []);
  });
}

test('a file of a replica of its own may be removed, and the data set keeps it', async (t) => {
  const { workDirectory, catalog, dataset } = await siteFor(t);
  const before = filesOf(dataset);
  const cluster = path.join(workDirectory, 'cluster');
  layOutCluster(catalog, dataset, cluster);
  const shard = path.join(nodePaths(cluster, catalog.nodeNames[0]!).data, '10005');
  for (const name of readdirSync(shard)) rmSync(path.join(shard, name));
  t.deepEqual(filesOf(dataset), before);
});
