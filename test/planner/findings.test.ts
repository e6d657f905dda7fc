import test from 'ava';
import { fixed } from '../../src/base/distribution.js';
import { findingsOf, type FindingFacts } from '../../src/planner/findings/index.js';
import { forecast, simulate, summarise } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import type { Finding, Forecast } from '../../src/world/outlook.js';
import type { RunResult } from '../../src/world/result.js';
import { engine, LIMITS, nodes, olapTable, placed, scenario } from '../fixtures/scenarios.js';

type Facts = Omit<FindingFacts, 'timeoutMs'>;

/** A calm scenario: two nodes, large files, nothing near any limit. */
const CALM = scenario({
  cluster: nodes(2, { diskBytesPerSec: 1e9, nicBytesPerSec: 1e9 }),
  databases: [
    {
      name: 'example_db',
      tables: [olapTable('t', { partitions: 1, buckets: 16, files: 4, sizeBytes: fixed(8e6) })],
    },
  ],
  engine: engine('doris', { replicaPolicy: 'balanced' }),
});

const factsOf = async (spec: Scenario): Promise<Facts> => ({
  scenario: spec,
  result: simulate(spec),
  forecast: (
    await forecast(spec, async (all) => all.map(summarise), { repetitions: 20, windowMs: spec.windowMs })
  ).forecast,
});

const found = (facts: Facts, id: string): Finding | undefined =>
  findingsOf(facts).find((one) => one.id === id);

const withTotals = (facts: Facts, totals: Partial<RunResult['totals']>): Facts => ({
  ...facts,
  result: { ...facts.result, totals: { ...facts.result.totals, ...totals } },
});

const withForecast = (facts: Facts, changes: Partial<Forecast>): Facts => ({
  ...facts,
  forecast: { ...facts.forecast, ...changes },
});

const at = (value: number) => ({ value, low: value, high: value });
const HOUR_MS = 3_600_000;

test('where no limit is near, there is nothing to find', async (t) => {
  t.deepEqual(findingsOf(await factsOf(CALM)), []);
});

test('the timeout: Doris’s own is a day, a statement may say another', async (t) => {
  const facts = await factsOf(CALM);
  const lasting = (hours: number): Facts =>
    withForecast(facts, { p50Ms: at(hours * HOUR_MS), p95Ms: at(hours * HOUR_MS) });
  t.is(found(lasting(11.9), 'job-timeout'), undefined);
  t.is(found(lasting(12.1), 'job-timeout')?.severity, 'warning');
  t.is(found(withForecast(lasting(1), { finishes: at(0.99) }), 'job-timeout')?.severity, 'problem');
  const text = `${CALM.statement.text} PROPERTIES ("timeout" = "3600")`;
  const short = { ...lasting(0.9), scenario: { ...CALM, statement: { text, line: 1 } } };
  t.is(found(short, 'job-timeout')?.severity, 'warning');
  t.is(found(short, 'job-timeout')?.numbers['timeoutMs'], HOUR_MS);
});

test('a job that its timeout cancels is found by simulating it', async (t) => {
  const text = `${CALM.statement.text} PROPERTIES ("timeout" = "600")`;
  const slow = { ...CALM, statement: { text, line: 1 }, cluster: nodes(2, { nicBytesPerSec: 1e5 }) };
  const finding = found(await factsOf(slow), 'job-timeout')!;
  t.is(finding.severity, 'problem');
  t.regex(finding.message, /in 100 % of the runs/);
});

test('a window beyond the timeout', async (t) => {
  const facts = await factsOf(CALM);
  const withWindow = (hours: number): Facts => ({
    ...facts,
    scenario: { ...CALM, windowMs: hours * HOUR_MS },
  });
  t.is(found(withWindow(24), 'window-beyond-timeout'), undefined);
  t.regex(found(withWindow(25), 'window-beyond-timeout')!.hint!, /"timeout" = "90000"/);
});

for (const [id, key, near, over] of [
  ['shard-limit', 'shards', 150_000, 300_001],
  ['manifest-size', 'manifestBytes', 2 ** 30, 2 ** 31],
] as const)
  test(`${id}: a warning from half of it on, a problem beyond it`, async (t) => {
    const facts = await factsOf(CALM);
    const severity = (value: number) => found(withTotals(facts, { [key]: value }), id)?.severity;
    t.is(severity(near - 1), undefined);
    t.is(severity(near), 'warning');
    t.is(severity(over - 1), 'warning');
    t.is(severity(over), 'problem');
  });

test('task messages: three tasks a node have all of its shards in them, tasks of ten do not', async (t) => {
  const facts = await factsOf(CALM);
  const [node] = facts.result.nodes;
  const many = (preset: 'doris' | 'doris-classic', shards: number, files: number): Facts => ({
    ...facts,
    scenario: { ...CALM, engine: engine(preset) },
    result: { ...facts.result, nodes: [{ ...node!, shards, files }] },
  });
  t.is(found(many('doris', 3_000_000, 30_000_000), 'task-message'), undefined);
  // 700,000 shards in each of three tasks, of 230 bytes each; or 250,000 with ten files of 70 bytes.
  t.is(found(many('doris-classic', 2_100_000, 2_100_000), 'task-message')?.severity, 'problem');
  t.is(found(many('doris-classic', 450_000, 4_500_000), 'task-message')?.severity, 'problem');
  t.is(found(many('doris-classic', 300_000, 3_000_000), 'task-message')?.severity, 'warning');
  t.is(found(many('doris-classic', 200_000, 2_000_000), 'task-message'), undefined);
});

test('requests: how many a second a store’s prefix takes, and what they cost', async (t) => {
  const facts = await factsOf(CALM);
  const s3 = { ...CALM, repository: { ...CALM.repository, type: 's3' as const, ...placed('s3') } };
  const [node] = facts.result.nodes;
  const asking = (requests: number, spec: Scenario = s3): Facts => ({
    ...facts,
    scenario: spec,
    result: {
      ...facts.result,
      nodes: [{ ...node!, startMs: 0, endMs: 100_000 }],
      totals: { ...facts.result.totals, requests },
    },
  });
  t.is(found(asking(174_000), 'request-rate'), undefined);
  t.is(found(asking(176_000), 'request-rate')?.severity, 'warning');
  t.is(found(asking(351_000), 'request-rate')?.severity, 'problem');
  t.is(found(asking(351_000, CALM), 'request-rate'), undefined, 'a file system has no such limit');
  t.is(found(asking(199_000), 'request-price'), undefined);
  t.is(found(asking(400_000), 'request-price')?.numbers['dollars'], 2);
  t.is(found(asking(400_000, CALM), 'request-price'), undefined);
});

test('skew: the first replica of everything may lie on few nodes', async (t) => {
  const spread = { ...CALM, cluster: { ...nodes(6), replication: 3, placement: 'even' as const } };
  const lowest = { ...spread, engine: engine('doris') };
  const { databases } = CALM;
  const copies = databases.map((database) => ({
    ...database,
    tables: database.tables.map((table) => ({ ...table, replication: 6 })),
  }));
  t.is(found(await factsOf({ ...spread, databases: copies }), 'node-skew'), undefined);
  const skewed = found(await factsOf({ ...lowest, databases: copies }), 'node-skew');
  const { skew, idleNodes } = skewed?.numbers ?? {};
  // Every node has each shard, so all of them come from where their lowest replica ids are.
  t.true(skew! >= 1.3);
  t.true(idleNodes! >= 0);
  t.regex(skewed!.hint!, /balanced/);
});

test('skew: where shards have one replica each, no policy is recommended', async (t) => {
  const facts = await factsOf({ ...CALM, engine: engine('doris') });
  const [first, second] = facts.result.nodes;
  const { sizeBytes } = facts.result.totals;
  const leaning = (share: number): Facts => ({
    ...facts,
    result: {
      ...facts.result,
      nodes: [
        { ...first!, sizeBytes: share * sizeBytes },
        { ...second!, sizeBytes: (1 - share) * sizeBytes },
      ],
    },
  });
  t.is(found(leaning(0.64), 'node-skew'), undefined);
  const { hint } = found(leaning(0.66), 'node-skew')!;
  t.regex(hint!, /one replica/);
  t.notRegex(hint!, /replicaPolicy/);
});

test('load: a disk or card that is hardly used by anything else', async (t) => {
  const slow = { ...CALM, cluster: nodes(2, { diskBytesPerSec: 1e9, nicBytesPerSec: 20e6 }) };
  const finding = found(await factsOf(slow), 'node-load');
  t.regex(finding!.message, /network card/);
  t.regex(finding!.message, /, and 1 more node nearly as much/);
  t.true(finding!.numbers['share']! > 0.9);
});

test('small files: requests take the time', async (t) => {
  const many = (files: number, sizeBytes: number): Scenario => ({
    ...CALM,
    engine: engine('tuned', { uploadWorkers: 4 }),
    databases: [
      {
        name: 'example_db',
        tables: [olapTable('t', { partitions: 1, buckets: 8, files, sizeBytes: fixed(sizeBytes) })],
      },
    ],
    repository: { ...CALM.repository, limits: { ...LIMITS, latencyMs: fixed(20) } },
  });
  t.is(found(await factsOf(many(100, 2e4)), 'small-files')?.severity, 'warning');
  t.is(found(await factsOf(many(4, 8e6)), 'small-files'), undefined);
});

test('the worst comes first', async (t) => {
  const facts = await factsOf(CALM);
  const s3 = { ...CALM, repository: { ...CALM.repository, type: 's3' as const, ...placed('s3') } };
  const bad = withTotals(
    { ...facts, scenario: s3 },
    { shards: 200_000, manifestBytes: 2 ** 32, requests: 1e6 },
  );
  const severities = findingsOf(bad).map(({ severity }) => severity);
  t.deepEqual(severities, ['problem', 'problem', 'warning', 'note']);
});
