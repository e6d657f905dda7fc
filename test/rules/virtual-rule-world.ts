import { Coordinator, failure, type Outcome, type Reply } from '../../src/coordinator/index.js';
import { checksumText, type Operation } from '../../src/node/index.js';
import { virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import { infoPath, snapshotDirectory, splitChecksum, withChecksum } from '../../src/repository/index.js';
import { generateCatalog, targetPlacement } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { MortalWorld } from '../../src/world/virtual/mortal-world.js';
import { hookedJournal } from './hooked-journal.js';
import { ruleScenario } from './rule-scenario.js';
import type { RuleOptions, RuleWorld } from './rule-world.js';
import { contentsOf } from './table-contents.js';

const S3 = { kind: 's3', region: 'us-east-1', bucket: 'bucket', prefix: 'p', addressing: 'path' } as const;
const LOCAL = { kind: 'local', directory: '/backup', durable: true } as const;
const PLACES = {
  local: 'WITH LOCAL ON LOCATION "file:///backup"',
  s3: 'WITH S3 ON LOCATION "s3://bucket/p" PROPERTIES ("s3.region" = "us-east-1")',
};
const OTHER_TIMESTAMP = '2001-01-01-00-00-00';

export async function virtualRuleWorld(options: RuleOptions): Promise<RuleWorld> {
  const scenario = ruleScenario(options);
  const { storage = 'local' } = options;
  const catalog = generateCatalog(scenario);
  options.shape?.(catalog);
  const operations: Operation[] = [];
  const cluster: VirtualCluster = virtualCluster(scenario, {
    catalog,
    trace: ({ operation }) => operations.push(operation),
  });
  const { world, storages } = cluster;
  const journal = hookedJournal();
  const repository = storages.repository('repo', storage === 's3' ? S3 : LOCAL);
  let mortal = new MortalWorld(world, Infinity);
  let coordinator = startCoordinator();

  function startCoordinator(): Coordinator {
    mortal = new MortalWorld(world, Infinity);
    const { engine: settings } = scenario;
    const placement = targetPlacement(scenario, catalog.nodeNames.length);
    const started = new Coordinator({
      catalog,
      world: mortal,
      settings,
      journal,
      placement,
      repositories: [],
    });
    let isReady = false;
    started.start(() => (isReady = true));
    until(() => isReady);
    return started;
  }

  function until(isSo: () => boolean): void {
    if (!world.run(isSo)) throw new Error('nothing is left to happen, and it is not so');
  }

  const rules: RuleWorld = {
    kind: 'virtual',
    catalog,
    get coordinator() {
      return coordinator;
    },
    journal,
    place: PLACES[storage],
    operations,
    async execute(sql, session = {}) {
      let outcome: Outcome<Reply> | undefined;
      try {
        coordinator.execute(parseStatement(sql), session, (answer) => (outcome = answer));
      } catch (error) {
        return failure(error);
      }
      until(() => outcome !== undefined);
      return outcome!;
    },
    until: async (isSo) => until(isSo),
    async restart() {
      mortal.isDead = true;
      journal.revive();
      operations.length = 0;
      coordinator = startCoordinator();
    },
    async stored(label) {
      const root = `${snapshotDirectory('repo', label)}/`;
      return repository
        .paths(label)
        .map((file) => (file.includes('/__ss_content/') ? file : withChecksum(file, '0'.repeat(32))))
        .map((file) => file.slice(root.length))
        .sort();
    },
    sentFiles: () => operations.filter(({ op }) => op === 'put').length,
    isClean: () => world.nodes.isClean,
    contents: (database, table) =>
      contentsOf(
        catalog,
        `${database}.${table}`,
        (node, shard) =>
          world.nodes.installedFiles(node, shard) ??
          Array.from({ length: catalog.shards.fileCount(shard) }, (_, file) =>
            checksumText(catalog.shards.firstFile[shard]! + file),
          ),
      ),
    plantSnapshot(label, isThere) {
      const file = infoPath('repo', label, OTHER_TIMESTAMP);
      if (isThere) repository.writeDocument(file, 1, () => '');
      else repository.removeDocument(file);
    },
    async cutShort(label) {
      const first = repository.paths(label).find((file) => splitChecksum(file) !== undefined);
      const shardId = Number(/__(\d+)\/[^/]+$/.exec(first!)![1]);
      const ordinal = catalog.shards.firstFile[catalog.shards.ordinalOf(shardId)]!;
      repository.filesOf(label, catalog).remove(ordinal);
      repository.filesOf(label, catalog).setPart(ordinal);
    },
    intercept(send) {
      const pass = mortal.send;
      mortal.send = (...args) => send(pass, ...args);
    },
    close: async () => undefined,
  };
  return rules;
}
