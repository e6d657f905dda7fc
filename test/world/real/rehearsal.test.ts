import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Every file and directory below, with what is in it. */
const treeOf = (directory: string): readonly (readonly [name: string, content: string])[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(directory, file), entry.isFile() ? readFileSync(file, 'utf8') : '/'] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

test('what threads rehearse leaves nothing in the cluster or beside it, nor does what a killed process rehearsed', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'drill-rehearsal-'));
  const clusterDirectory = path.join(root, 'cluster');
  const rehearsals = rehearsalDirectory(clusterDirectory);
  try {
    const { scenario } = loadScenario(SCENARIO, 'rehearsal').variants[0]!;
    const catalog = generateCatalog(scenario);
    for (const { data } of catalog.nodeNames.map((name) => nodePaths(clusterDirectory, name))) {
      mkdirSync(path.join(data, '10005'), { recursive: true });
      writeFileSync(path.join(data, '10005', 'a file'), 'of a replica');
    }
    const before = treeOf(root);
    mkdirSync(path.join(rehearsals, '99', 'data', '1'), { recursive: true });
    writeFileSync(path.join(rehearsals, '99', 'data', '1', 'x'), '');
    const startAndClose = async (isTemporary: boolean): Promise<void> => {
      const world = await RealWorld.start({
        catalog,
        clusterDirectory,
        hardware: nodeHardware(scenario),
        limits: scenario.repository.limits,
        workersPerNode: 2,
        seed: scenario.seed,
        retries: scenario.engine,
        isTemporary,
      });
      await world.close();
    };
    // Whoever removes the cluster removes this, too; until then it tells who was there.
    await startAndClose(true);
    const threads = readdirSync(rehearsals);
    t.is(threads.length, 4);
    t.false(threads.includes('99'));
    await startAndClose(false);
    t.deepEqual(treeOf(root), before);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
