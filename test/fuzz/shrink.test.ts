import test from 'ava';
import { drawCase } from '../../src/fuzz/draw/draw-case.js';
import type { Violation } from '../../src/fuzz/checker.js';
import type { FuzzCase } from '../../src/fuzz/fuzz-case.js';
import { consistent } from '../../src/fuzz/shrink/consistent.js';
import { shrink } from '../../src/fuzz/shrink/shrink.js';
import { generateCatalog } from '../../src/scenario/index.js';

const violation: Violation = { checker: 'made-up', atMs: 0, message: 'made up' };
const kinds = ({ scenario }: FuzzCase): string[] => (scenario.faults ?? []).map(({ kind }) => kind);

/** The first case whose faults include both kinds. */
function caseWith(first: string, second: string): FuzzCase {
  for (let seed = 1; ; seed++) {
    const drawn = drawCase(String(seed));
    const found = kinds(drawn);
    if (found.length > 4 && found.includes(first) && found.includes(second)) return drawn;
  }
}

test('what is left of a case is what makes it fail', (t) => {
  const needed = ['node-crash', 'messages'] as const;
  const drawn = caseWith(...needed);
  const fails = (fuzzCase: FuzzCase): Violation | undefined =>
    needed.every((kind) => kinds(fuzzCase).includes(kind)) ? violation : undefined;
  const shrunk = shrink(drawn, violation, fails, 1000);
  t.deepEqual(kinds(shrunk.case).toSorted(), needed.toSorted());
  t.deepEqual(
    shrunk.case.scenario.databases.map(({ tables }) => tables.length),
    [0],
  );
  t.is(shrunk.case.scenario.engine.preset, 'tuned');
  t.deepEqual(shrunk.case.meanwhile, []);
  t.is(shrunk.case.restoreFaults, undefined);
});

test('it ends when its runs are used up, with something that fails', (t) => {
  const drawn = caseWith('node-crash', 'cancel');
  let runs = 0;
  const fails = (fuzzCase: FuzzCase): Violation | undefined => {
    runs++;
    return kinds(fuzzCase).includes('cancel') ? violation : undefined;
  };
  const shrunk = shrink(drawn, violation, fails, 7);
  t.is(shrunk.runs, 7);
  t.is(runs, 7);
  t.true(kinds(shrunk.case).includes('cancel'));
});

test('a smaller case names nothing that it does not have', (t) => {
  for (let seed = 1; seed <= 300; seed++) {
    const drawn = drawCase(String(seed));
    const { scenario } = drawn;
    const nodes = scenario.cluster.nodes.slice(0, 1);
    const databases = scenario.databases.map((database) => ({
      ...database,
      tables: database.tables.slice(0, 1).map((table) => ({ ...table, replication: 1 })),
    }));
    const smaller = consistent({
      ...drawn,
      scenario: { ...scenario, cluster: { ...scenario.cluster, nodes }, databases },
    });
    const tables = new Set(databases.flatMap((d) => d.tables.map(({ name }) => `${d.name}.${name}`)));
    for (const fault of smaller.scenario.faults ?? []) {
      if ('node' in fault && fault.node !== undefined) t.is(fault.node, 0);
      if ('shard' in fault) t.true(tables.has(`${fault.shard.database}.${fault.shard.table}`));
    }
    for (const { table } of smaller.backup.selected.tables) t.true(tables.has(`example_db.${table}`));
    t.notThrows(() => generateCatalog(smaller.scenario));
  }
});
