import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import {
  applyChange,
  isOlap,
  type CatalogChange,
  type OlapTable,
  type Partition,
} from '../../src/catalog/index.js';
import { commitPlan, planChanges, replicasOf, shardsOf } from '../../src/coordinator/restore/commit.js';
import {
  arbitraryCase,
  cluster,
  olap,
  outline,
  partition,
  plan,
  replicas,
  snapshotOf,
  visible,
  type Case,
} from './restore-sample.js';

const setUp = ({ source, target, nodeCount, dead }: Case) => ({
  snapshot: snapshotOf(source),
  catalog: cluster('db', target, nodeCount, dead),
});

const listed = ({ shards, nodes }: { shards: Int32Array; nodes: Int32Array }): string[] =>
  Array.from(shards, (shard, i) => `${shard}@${nodes[i]}`);

test('a restore replaces or adds the selected partitions, exactly; what else there is stays the very same', (t) => {
  fc.assert(
    fc.property(arbitraryCase('fitting'), (c) => {
      const { snapshot, catalog } = setUp(c);
      const database = catalog.database('db');
      const before = new Map(database.tables);
      const restored = plan(catalog, snapshot, c.clause, c.options);
      t.deepEqual(new Map(database.tables), before);
      commitPlan(catalog, database, restored);

      const targets = new Map([...c.selected.values()].map((selected) => [selected.name, selected]));
      for (const [sourceName, { name, partitions }] of c.selected) {
        const table = database.tables.get(name);
        const old = before.get(name);
        if (!table || !isOlap(table)) {
          t.is(table?.type, 'VIEW');
          continue;
        }
        const from = snapshot.meta.tables.find((candidate) => candidate.name === sourceName)!;
        const held = new Set(from.partitions.map((p) => renamed(p.name, sourceName, name)));
        const chosen = new Set(partitions.map((p) => renamed(p, sourceName, name)));
        const oldPartitions = old && isOlap(old) ? old.partitions : [];
        if (old) t.like(table, { id: old.id, replication: (old as OlapTable).replication });
        else t.is(table.replication, from.replication);
        const expected = new Set([
          ...oldPartitions.map((p) => p.name).filter((p) => !c.options.cleanPartitions || held.has(p)),
          ...chosen,
        ]);
        t.deepEqual(new Set(table.partitions.map((p) => p.name)), expected);
        for (const p of table.partitions) {
          const own = oldPartitions.find((candidate) => candidate.name === p.name);
          if (!chosen.has(p.name)) t.is(p, own as Partition);
          else {
            const stored = from.partitions.find((s) => renamed(s.name, sourceName, name) === p.name)!;
            t.not(p, own as Partition);
            t.is(p.visibleVersion, stored.version);
            if (own) t.is(p.id, own.id);
            const shards = shardsOf([p]).flatMap(({ first, end }) => range(first, end));
            t.deepEqual(
              shards.map((shard) => restored.sources.get(shard)?.address.partitionId),
              shards.map(() => stored.id),
            );
          }
        }
      }
      const inSnapshot = new Set(
        [...snapshot.meta.tables, ...snapshot.meta.views].map((table) => table.name),
      );
      for (const [name, table] of before) {
        if (targets.has(name)) continue;
        const isGone = c.options.cleanTables && !inSnapshot.has(name) && table.type !== 'MYSQL';
        t.is(database.tables.get(name), isGone ? undefined : table);
      }
      for (const name of database.tables.keys()) t.true(before.has(name) || targets.has(name));
    }),
    { numRuns: 150 },
  );
});

const renamed = (own: string, table: string, name: string): string => (own === table ? name : own);

const range = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, i) => from + i);

test('every shard gets the files of its own bucket, each of its replicas once, and none on a node that is dead', (t) => {
  fc.assert(
    fc.property(arbitraryCase('fitting'), (c) => {
      const { snapshot, catalog } = setUp(c);
      const { shards: store } = catalog;
      const { work, sources, totals, built } = plan(catalog, snapshot, c.clause, c.options);
      t.deepEqual([...sources.keys()], range(built.first, built.end));
      t.deepEqual(listed(work), listed(replicasOf(catalog, [built])));
      t.true(work.nodes.every((node) => catalog.nodeAlive[node] === 1));
      let sizeBytes = 0;
      work.shards.forEach((shard, i) => {
        const { address, files } = sources.get(shard)!;
        const stored = snapshot.info.tables
          .flatMap((table) => table.partitions)
          .flatMap((p) => p.indexes)
          .find((index) => index.id === address.indexId)!
          .shards.find(({ id }) => id === address.shardId)!;
        t.is(stored.bucket, store.bucket[shard]!);
        t.is(files, stored.files);
        t.deepEqual(
          work.expected![i],
          files.map(({ checksum }) => checksum),
        );
        const { firstFile, fileSizeBytes } = store;
        const sizes = fileSizeBytes.subarray(firstFile[shard], firstFile[shard + 1]);
        t.deepEqual(
          [...sizes],
          files.map((file) => file.sizeBytes),
        );
        sizeBytes += sizes.reduce((sum, size) => sum + size, 0);
      });
      t.deepEqual(totals, { shards: work.shards.length, files: 2 * work.shards.length, sizeBytes });
    }),
    { numRuns: 150 },
  );
});

test('a conflict is told with its place before anything is built; a restore that ends without a commit leaves no trace', (t) => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(arbitraryCase('any'), (c) => {
      const { snapshot, catalog } = setUp(c);
      const database = catalog.database('db');
      const before = structuredClone([...database.tables]);
      const shown = visible(catalog);
      const { count } = catalog.shards;
      try {
        plan(catalog, snapshot, c.clause, c.options);
        outcomes.add('planned');
      } catch (error) {
        if (!(error instanceof DrillError)) throw error;
        outcomes.add(error.code);
        t.is(error.code, 'RESTORE_CONFLICT');
        t.truthy(error.place && error.frame && error.hint);
        t.is(catalog.shards.count, count);
      }
      t.deepEqual([...database.tables], before);
      t.deepEqual(visible(catalog), shown);
    }),
    { numRuns: 150 },
  );
  t.deepEqual([...outcomes].toSorted(), ['RESTORE_CONFLICT', 'planned']);
});

/** Plans; undefined where there is a conflict. */
function planned(c: Case) {
  const { snapshot, catalog } = setUp(c);
  const database = catalog.database('db');
  try {
    return { catalog, database, restored: plan(catalog, snapshot, c.clause, c.options) };
  } catch (error) {
    if (error instanceof DrillError && error.code === 'RESTORE_CONFLICT') return undefined;
    throw error;
  }
}

const anyCase = fc.oneof(arbitraryCase('any'), arbitraryCase('fitting'));

test('what the journal is told gives the catalog that the commit gives: read once, twice, or after the commit', (t) => {
  fc.assert(
    fc.property(anyCase, (c) => {
      const run = planned(c);
      if (!run) return;
      const { catalog, database, restored } = run;
      const changes = JSON.parse(
        JSON.stringify(planChanges(catalog, database, restored)),
      ) as readonly CatalogChange[];
      commitPlan(catalog, database, restored);
      const committed = visible(catalog);

      const fresh = cluster('db', c.target, c.nodeCount);
      for (const change of changes) applyChange(fresh, change);
      t.deepEqual(visible(fresh), committed);
      const { count } = fresh.shards;
      for (const change of changes) applyChange(fresh, change);
      t.deepEqual(visible(fresh), committed);
      t.is(fresh.shards.count, count);
      for (const change of changes) applyChange(catalog, change);
      t.deepEqual(visible(catalog), committed);

      // Ids ascend, and what comes next gets ids that nobody has.
      t.deepEqual([...fresh.shards.id.subarray(0, count)].toSorted(ascending), [
        ...fresh.shards.id.subarray(0, count),
      ]);
      const next = fresh.createView(fresh.database('db'), 'a new one', '').id;
      t.true(next > Math.max(0, ...ids(committed)));
    }),
    { numRuns: 120 },
  );
});

const ascending = (a: number, b: number): number => a - b;

/** Every number under a key `id` or `…Id`. */
function ids(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /^id$|Id$/.test(key) && typeof inner === 'number' ? [inner] : ids(inner),
  );
}

test('garbage: after the commit, exactly the replicas that were seen and are not any more; else those built in vain', (t) => {
  fc.assert(
    fc.property(anyCase, (c) => {
      const run = planned(c);
      if (!run) return;
      const { catalog, database, restored } = run;
      const before = replicas(catalog, database);
      const garbage = listed(replicasOf(catalog, shardsOf(restored.replaced)));
      commitPlan(catalog, database, restored);
      const after = replicas(catalog, database);
      const seen = new Set(after);
      t.deepEqual(garbage.toSorted(), before.filter((replica) => !seen.has(replica)).toSorted());
      const known = new Set(before);
      t.deepEqual(
        listed(replicasOf(catalog, [restored.built])).toSorted(),
        after.filter((replica) => !known.has(replica)).toSorted(),
      );
    }),
    { numRuns: 120 },
  );
});

test('a plan made again of the same snapshot gives the same tables, in shards of their own', (t) => {
  fc.assert(
    fc.property(arbitraryCase('fitting'), (c) => {
      const { snapshot, catalog } = setUp(c);
      const first = plan(catalog, snapshot, c.clause, c.options);
      const second = plan(catalog, snapshot, c.clause, c.options);
      t.is(second.built.first, first.built.end);
      t.is(second.objects, first.objects);
      t.deepEqual(second.totals, first.totals);
      const database = catalog.database('db');
      commitPlan(catalog, database, first);
      const once = outline(database);
      commitPlan(catalog, database, second);
      t.deepEqual(outline(database), once);
    }),
    { numRuns: 60 },
  );
});

test('of a table that was restored more than once, the last change alone gives the same catalog, ids in order', (t) => {
  const target = [olap('t', { partitions: [partition('p1')] })];
  const catalog = cluster('db', target);
  const database = catalog.database('db');
  const snapshot = snapshotOf([olap('t')]);
  let last: readonly CatalogChange[] = [];
  for (const clause of ['ON (t PARTITION p2)', 'ON (t PARTITION p1)']) {
    const restored = plan(catalog, snapshot, clause);
    last = planChanges(catalog, database, restored);
    commitPlan(catalog, database, restored);
  }
  const fresh = cluster('db', target);
  for (const change of last) applyChange(fresh, change);
  t.deepEqual(visible(fresh), visible(catalog));
  const shardIds = [...fresh.shards.id.subarray(0, fresh.shards.count)];
  t.is(shardIds.length, 6);
  t.deepEqual(shardIds.toSorted(ascending), shardIds);
});
