import test from 'ava';
import * as fc from 'fast-check';
import { runStatement, virtualCluster } from '../../src/planner/index.js';
import { scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import type { JobLimits, Limits } from '../../src/job/index.js';
import { FLOW } from '../../src/world/virtual/flow-kind.js';
import type { VirtualCluster } from '../../src/planner/virtual-cluster.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';
import { engine, nodes, olapTable, scenario } from '../fixtures/scenarios.js';
import { fixed } from '../../src/base/distribution.js';
import { mostInAnyWindow, type Use } from '../../bench/limits/usage.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 40);

const LIMITS: fc.Arbitrary<Limits> = fc.record(
  {
    bytesPerSec: fc.integer({ min: 1e6, max: 500e6 }),
    requestsPerSec: fc.integer({ min: 1, max: 2000 }),
    transfers: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: [] },
);
const JOB_LIMITS: fc.Arbitrary<JobLimits> = fc.record({ job: LIMITS, node: LIMITS });

const limited = (plain: Scenario, limits: JobLimits): Scenario => ({
  ...plain,
  engine: { ...plain.engine, limits },
});

/** What a backup used, told by those who watch it: rates, requests, and how many files were on their way. */
interface Watched {
  readonly problems: string[];
  readonly requests: Use[][];
  readonly cluster: VirtualCluster;
}

const TOLERANCE = 1 + 1e-9;

function watch(plain: Scenario, limits: JobLimits): Watched {
  const problems: string[] = [];
  const requests: Use[][] = plain.cluster.nodes.map(() => []);
  const most = (limit: number | undefined): number => (limit ?? Infinity) * TOLERANCE;
  const cluster = virtualCluster(limited(plain, limits), {
    onRates(rates) {
      const sent = plain.cluster.nodes.map(() => 0);
      const flows = plain.cluster.nodes.map(() => 0);
      for (const { node, kind, bytesPerMs } of rates) {
        if (kind !== FLOW.put && kind !== FLOW.putHash) continue;
        sent[node]! += bytesPerMs * 1000;
        flows[node]!++;
      }
      const all = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0);
      if (all(sent) > most(limits.job.bytesPerSec)) problems.push(`${all(sent)} bytes in all`);
      for (const one of sent)
        if (one > most(limits.node.bytesPerSec)) problems.push(`${one} bytes on a node`);
      // A file in parts has a flow for each.
      if (plain.repository.limits.multipart) return;
      if (all(flows) > most(limits.job.transfers)) problems.push(`${all(flows)} files in all`);
      for (const one of flows) if (one > most(limits.node.transfers)) problems.push(`${one} files on a node`);
    },
    witness(event) {
      if (event.kind !== 'request' || event.by === 'coordinator') return;
      requests[event.by]!.push({ atNs: Math.round(event.atMs * 1e6), units: 1 });
    },
  });
  return { problems, requests, cluster };
}

test('in virtual time no limit of a job is exceeded, at any instant or in any second', (t) => {
  fc.assert(
    fc.property(arbitraryPricedScenario(), JOB_LIMITS, (plain, limits) => {
      const free = withoutRequestRate(plain);
      const { problems, requests, cluster } = watch(free, limits);
      const { job } = runStatement(cluster, scenarioStatement(free));
      t.is(job.state, 'FINISHED');
      t.deepEqual(problems, []);
      const allowed = (perSec: number | undefined): number => Math.ceil(perSec ?? Infinity);
      t.true(mostInAnyWindow(requests.flat()) <= allowed(limits.job.requestsPerSec));
      for (const own of requests) t.true(mostInAnyWindow(own) <= allowed(limits.node.requestsPerSec));
    }),
    { numRuns: RUNS },
  );
});

/** Turns at the repository come after those of the job: then requests are made at other times than they were allowed at. */
const withoutRequestRate = (plain: Scenario): Scenario => ({
  ...plain,
  repository: {
    ...plain.repository,
    limits: { ...plain.repository.limits, requestsPerSec: Infinity },
  },
});

/** Nothing costs anything but what a job may do: 4 nodes, 24 shards of a header and two files of a megabyte. */
const PLAIN = scenario({
  cluster: {
    ...nodes(4, {
      diskBytesPerSec: Infinity,
      hashBytesPerSec: Infinity,
      nicBytesPerSec: Infinity,
      linkMs: 0,
    }),
    coordinator: { messageMs: 0, persistMs: 0, manifestBytesPerSec: Infinity },
  },
  databases: [{ name: 'example_db', tables: [olapTable('example_tbl', { partitions: 4, buckets: 6 })] }],
  engine: engine('tuned', { uploadWorkers: 3 }),
});
const FREE: Scenario = {
  ...PLAIN,
  repository: {
    ...PLAIN.repository,
    limits: { ...PLAIN.repository.limits, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0) },
  },
};

const uploadMs = (limits: JobLimits, text?: string): number => {
  const of = text === undefined ? FREE : { ...FREE, statement: { text, line: 1 } };
  const cluster = virtualCluster(limited(of, limits));
  const result = runStatement(cluster, scenarioStatement(of));
  return result.states.find(({ state }) => state === 'UPLOADING')!.durationMs;
};

const sizeBytes = (): number => runStatement(virtualCluster(FREE), scenarioStatement(FREE)).totals.sizeBytes;

const near = (value: number, wanted: number): boolean => Math.abs(value / wanted - 1) < 0.02;

test('what is limited takes as long as the limit says', (t) => {
  const bytes = sizeBytes();
  t.is(uploadMs({ job: {}, node: {} }), 0);
  t.true(near(uploadMs({ job: { bytesPerSec: 10e6 }, node: {} }), bytes / 10e3));
  t.true(near(uploadMs({ job: {}, node: { bytesPerSec: 10e6 } }), bytes / 40e3));
  // Of 72 files, each a request to put it and one to rename it.
  t.true(near(uploadMs({ job: { requestsPerSec: 24 }, node: {} }), 143 * (1000 / 24)));
  t.true(near(uploadMs({ job: {}, node: { requestsPerSec: 24 } }), 35 * (1000 / 24)));
});

test('a statement that names limits overrides those of the engine, and takes them away', (t) => {
  const bytes = sizeBytes();
  const with5 = 'BACKUP SNAPSHOT example_db.l TO example_repo PROPERTIES ("bytes_per_second" = "5 MB")';
  t.true(near(uploadMs({ job: { bytesPerSec: 10e6 }, node: {} }, with5), bytes / 5e3));
  const free = 'BACKUP SNAPSHOT example_db.l TO example_repo PROPERTIES ("bytes_per_second" = "unlimited")';
  t.is(uploadMs({ job: { bytesPerSec: 10e6 }, node: {} }, free), 0);
});
