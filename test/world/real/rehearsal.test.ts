import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { generateCatalog, loadScenario, nodeHardware } from '../../../src/scenario/index.js';
import { nodePaths, rehearsalDirectory } from '../../../src/world/real/paths.js';
import { RealWorld } from '../../../src/world/real/real-world.js';

const SCENARIO = `
name: rehearsal
cluster: { nodes: 2, replication: 1 }
repository: { type: local }
databases: [{ name: d, tables: [{ name: t, buckets: 4, filesPerShard: 1, fileSize: 1 kB }] }]
statement: BACKUP SNAPSHOT d.s TO example_repo
`;

const LONG_AGO_S = 1_000_000_000;

/** Every file and directory below, with what is in it. */
const treeOf = (directory: string): readonly (readonly [name: string, content: string])[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(directory, file), entry.isFile() ? readFileSync(file, 'utf8') : '/'] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

test('what threads rehearse leaves nothing in the cluster, nor does what a killed process rehearsed', async (t) => {
  const clusterDirectory = mkdtempSync(path.join(tmpdir(), 'drill-rehearsal-'));
  try {
    const { scenario } = loadScenario(SCENARIO, 'rehearsal').variants[0]!;
    const catalog = generateCatalog(scenario);
    const nodes = catalog.nodeNames.map((name) => nodePaths(clusterDirectory, name));
    for (const { data } of nodes) {
      mkdirSync(path.join(data, '10005'), { recursive: true });
      writeFileSync(path.join(data, '10005', 'a file'), 'of a replica');
    }
    const before = treeOf(clusterDirectory);
    const [killed, other] = nodes;
    mkdirSync(path.join(rehearsalDirectory(killed!), '99', 'data', '1'), { recursive: true });
    writeFileSync(path.join(rehearsalDirectory(killed!), '99', 'data', '1', 'x'), '');
    const otherDirectory = path.dirname(other!.data);
    utimesSync(otherDirectory, LONG_AGO_S, LONG_AGO_S);
    const world = await RealWorld.start({
      catalog,
      clusterDirectory,
      hardware: nodeHardware(scenario),
      limits: scenario.repository.limits,
      workersPerNode: 2,
      seed: scenario.seed,
      retries: scenario.engine,
    });
    await world.close();
    t.deepEqual(treeOf(clusterDirectory), before);
    // Something was made there meanwhile, or the above says nothing.
    t.true(statSync(otherDirectory).mtimeMs > LONG_AGO_S * 1000);
  } finally {
    rmSync(clusterDirectory, { recursive: true, force: true });
  }
});
