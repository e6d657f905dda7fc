import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { isEnded } from '../../src/job/index.js';
import { virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { FLOW } from '../../src/world/virtual/flow-kind.js';
import type { FlowRate as EngineRate } from '../../src/world/virtual/flows.js';
import { engine, nodes, olapTable, scenario } from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';
import { rateChecks, type FlowRate } from '../reference/limits.js';
import { evenly } from '../fixtures/evenly.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** Of these scenes, at least this share must have flows of several jobs at one moment, of which one is limited. */
const LEAST_JOINT = 0.2;

/** Properties of a statement that speak of bytes; Infinity: unlimited. */
interface Bytes {
  readonly all?: number;
  readonly node?: number;
}

type Act =
  | { readonly kind: 'begin' | 'alter'; readonly database: number; readonly bytes: Bytes }
  | { readonly kind: 'cancel'; readonly database: number };

const databaseOf = (index: number): string => `db${index + 1}`;

/** The same tables in so many databases. */
const withDatabases = (plain: Scenario, count: number): Scenario => ({
  ...plain,
  engine: { ...plain.engine, tickMs: 0, uploadWorkers: 4 },
  databases: Array.from({ length: count }, (_, i) => ({
    ...plain.databases[0]!,
    name: databaseOf(i),
  })),
});

const arbitraryBytes: fc.Arbitrary<Bytes> = fc.record(
  {
    all: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1e6, max: 200e6 })),
    node: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1e6, max: 100e6 })),
  },
  { requiredKeys: [] },
);

const isNamed = (bytes: Bytes): boolean => Object.keys(bytes).length > 0;

const arbitraryScene = fc.integer({ min: 2, max: 4 }).chain((count) => {
  const database = fc.nat({ max: count - 1 });
  return fc.record({
    plain: arbitraryPricedScenario().map((plain) => withDatabases(plain, count)),
    begins: fc.tuple(
      ...Array.from({ length: count }, () =>
        fc.record({ atMs: evenly(0, 300), bytes: fc.oneof(fc.constant({}), arbitraryBytes) }),
      ),
    ),
    alters: fc.array(fc.record({ atMs: evenly(0, 1500), database, bytes: arbitraryBytes.filter(isNamed) }), {
      maxLength: 8,
    }),
    cancels: fc.array(fc.record({ atMs: evenly(0, 1500), database }), { maxLength: 1 }),
  });
});

const valueOf = (bytes: number): string => (bytes === Infinity ? 'unlimited' : String(bytes));

function textOf(act: Act): string {
  const database = databaseOf(act.database);
  if (act.kind === 'cancel') return `CANCEL BACKUP FROM ${database}`;
  const { all, node } = act.bytes;
  const properties = [
    ...(all === undefined ? [] : [`"bytes_per_second" = "${valueOf(all)}"`]),
    ...(node === undefined ? [] : [`"node_bytes_per_second" = "${valueOf(node)}"`]),
  ];
  const named = properties.length > 0 ? ` PROPERTIES (${properties.join(', ')})` : '';
  return act.kind === 'begin'
    ? `BACKUP SNAPSHOT ${database}.l${act.database} TO example_repo${named}`
    : `ALTER BACKUP FROM ${database}${named}`;
}

const NAMES = {
  [FLOW.hash]: 'hash',
  [FLOW.put]: 'put',
  [FLOW.putHash]: 'put-hash',
  [FLOW.processor]: 'processor',
  [FLOW.rehash]: 'rehash',
} as const;

const named = ({ jobId: job, node, kind, bytesPerMs }: EngineRate): FlowRate => ({
  job,
  node,
  kind: NAMES[kind],
  bytesPerMs,
});

test('of several jobs none exceeds its limits at any instant, all share by max-min fairness, and every byte is moved once', (t) => {
  let joint = 0;
  fc.assert(
    fc.property(arbitraryScene, ({ plain, begins, alters, cancels }) => {
      const problems: string[] = [];
      /** By job: what it may move now, and what it has sent. */
      const limits = new Map<number, { all: number; node: number }>();
      const sentBytes = new Map<number, number>();
      const jobs: number[] = [];
      let isJoint = false;
      const { exceeded, unfair } = rateChecks(plain, (job) => limits.get(job));
      const cluster = virtualCluster(plain, {
        onRates(all, fromMs, toMs) {
          const rates = all.map(named);
          problems.push(...exceeded(rates), ...unfair(rates));
          for (const { job, kind, bytesPerMs } of rates) {
            if (kind !== 'put' && kind !== 'put-hash') continue;
            sentBytes.set(job!, (sentBytes.get(job!) ?? 0) + bytesPerMs * (toMs - fromMs));
          }
          const flowing = new Set(rates.map(({ job }) => job!));
          const isLimited = [...flowing].some((job) => limits.get(job)!.all < Infinity);
          isJoint ||= flowing.size > 1 && isLimited;
        },
      });
      const act = (each: Act): void =>
        cluster.coordinator.execute(parseStatement(textOf(each)), {}, (outcome) => {
          if (outcome.ok && outcome.value.kind === 'accepted') jobs[each.database] = outcome.value.jobId;
          const job = jobs[each.database];
          // What comes too early or too late is refused.
          if (!outcome.ok || each.kind === 'cancel' || job === undefined) return;
          limits.set(job, { all: Infinity, node: Infinity, ...limits.get(job), ...each.bytes });
        });
      for (const [database, { atMs, bytes }] of begins.entries())
        cluster.world.wakeAt(atMs, () => act({ kind: 'begin', database, bytes }));
      for (const { atMs, ...rest } of alters)
        cluster.world.wakeAt(atMs, () => act({ kind: 'alter', ...rest }));
      for (const { atMs, ...rest } of cancels)
        cluster.world.wakeAt(atMs, () => act({ kind: 'cancel', ...rest }));
      t.true(
        cluster.world.run(
          () => begins.every((_, i) => jobs[i] !== undefined) && jobs.every((job) => isOver(cluster, job)),
        ),
      );
      t.deepEqual(problems, []);
      if (isJoint) joint++;
      for (const job of jobs) {
        if (cluster.coordinator.job(job)!.state !== 'FINISHED') continue;
        // Where nothing limits what is sent, it takes no time and no rate.
        if (plain.repository.limits.bandwidthBytesPerSec === Infinity) continue;
        const sent = sentBytes.get(job) ?? 0;
        const { sizeBytes } = cluster.coordinator.workOf(job)!.totals;
        t.true(Math.abs(sent - sizeBytes) <= 1 + 1e-6 * sizeBytes, `job ${job}: ${sent} of ${sizeBytes}`);
      }
    }),
    { numRuns: RUNS },
  );
  t.true(joint >= LEAST_JOINT * RUNS, `${joint} of ${RUNS}`);
});

const isOver = ({ coordinator }: VirtualCluster, job: number): boolean =>
  isEnded(coordinator.job(job)!) && coordinator.isSettled(job);

/** Nothing costs anything but what a job may do, and there are workers for all: 3 databases of 24 shards. */
const FREE: Scenario = withDatabases(
  scenario({
    cluster: {
      ...nodes(2, {
        diskBytesPerSec: Infinity,
        hashBytesPerSec: Infinity,
        nicBytesPerSec: Infinity,
        linkMs: 0,
      }),
      coordinator: { messageMs: 0, persistMs: 0, manifestBytesPerSec: Infinity },
    },
    databases: [{ name: 'db1', tables: [olapTable('example_tbl', { partitions: 2, buckets: 6 })] }],
    engine: engine('tuned'),
  }),
  3,
);
const CHEAP: Scenario = {
  ...FREE,
  engine: { ...FREE.engine, uploadWorkers: 100 },
  repository: {
    ...FREE.repository,
    limits: {
      ...FREE.repository.limits,
      bandwidthBytesPerSec: Infinity,
      perConnectionBytesPerSec: 5e6,
      latencyMs: fixed(20),
    },
  },
};

/** How long each of these jobs takes, by its database; they begin together. */
function durationsMs(properties: ReadonlyMap<number, string>): ReadonlyMap<number, number> {
  const cluster = virtualCluster(CHEAP);
  const jobs = new Map<number, number>();
  for (const [database, text] of properties) {
    const statement = `BACKUP SNAPSHOT ${databaseOf(database)}.l${database} TO example_repo PROPERTIES (${text})`;
    cluster.coordinator.execute(parseStatement(statement), {}, (outcome) => {
      if (outcome.ok && outcome.value.kind === 'accepted') jobs.set(database, outcome.value.jobId);
    });
  }
  cluster.world.run(
    () => jobs.size === properties.size && [...jobs.values()].every((job) => isOver(cluster, job)),
  );
  return new Map(
    [...jobs].map(([database, job]) => {
      const { states, createdAtMs } = cluster.coordinator.job(job)!;
      return [database, states.at(-1)!.atMs - createdAtMs];
    }),
  );
}

test('jobs that share nothing take as long together as each by itself: limits are of one job, whatever they are of', (t) => {
  const limit = fc.oneof(
    fc.integer({ min: 1, max: 8 }).map((most) => `"max_concurrency" = "${most}"`),
    fc.integer({ min: 1, max: 4 }).map((most) => `"node_max_concurrency" = "${most}"`),
    fc.integer({ min: 10, max: 200 }).map((most) => `"requests_per_second" = "${most}"`),
    fc.integer({ min: 10, max: 100 }).map((most) => `"node_requests_per_second" = "${most}"`),
    fc.integer({ min: 1e6, max: 50e6 }).map((most) => `"bytes_per_second" = "${most}"`),
    fc.integer({ min: 1e6, max: 20e6 }).map((most) => `"node_bytes_per_second" = "${most}"`),
    fc.constant('"bytes_per_second" = "unlimited"'),
  );
  fc.assert(
    fc.property(fc.array(limit, { minLength: 2, maxLength: 3 }), (limits) => {
      const together = durationsMs(new Map(limits.entries()));
      for (const [database, text] of limits.entries()) {
        const alone = durationsMs(new Map([[database, text]])).get(database)!;
        const ms = together.get(database)!;
        t.true(Math.abs(ms / alone - 1) < 1e-6, `${text}: ${ms} together, ${alone} alone`);
      }
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});
