import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { drawCase } from '../../src/fuzz/index.js';
import { isEnded } from '../../src/job/index.js';
import { simulateFaulted } from '../../src/planner/faulted-run.js';
import { virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import { loadScenario, type Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { Recorder, type Recording } from '../../src/world/recorder.js';
import { FLOW } from '../../src/world/virtual/flow-kind.js';
import type { FlowRate } from '../../src/world/virtual/flows.js';
import { nodes, olapTable, scenario as scenarioOf } from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 60);

/** What a series may be off by, as a part of what was moved in all. */
const ROUNDING = 1e-6;

const FLAKY = 'scenarios/faults/flaky-repository.yaml';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** So many bytes a second, of a job and of each of its nodes; Infinity: unlimited. */
interface Allowed {
  readonly all: number;
  readonly node: number;
}

const UNLIMITED: Allowed = { all: Infinity, node: Infinity };

/** A time from which on something held. */
interface Since<T> {
  readonly atMs: number;
  readonly value: T;
}

/** What the values that held one after the other come to between two times; before the first one, `before` held. */
function integral(held: readonly Since<number>[], fromMs: number, toMs: number, before: number): number {
  const steps = [{ atMs: -Infinity, value: before }, ...held, { atMs: Infinity, value: 0 }];
  return sum(
    steps.slice(0, -1).map(({ atMs, value }, i) => {
      const lengthMs = Math.min(toMs, steps[i + 1]!.atMs) - Math.max(fromMs, atMs);
      return lengthMs > 0 && value > 0 ? value * lengthMs : 0;
    }),
  );
}

/** What the values that held one after the other, each until the next, come to until a time: of many, found quickly. */
function runningIntegral(held: readonly Since<number>[]): (untilMs: number) => number {
  const before = new Float64Array(held.length);
  for (let i = 1; i < held.length; i++)
    before[i] = before[i - 1]! + held[i - 1]!.value * (held[i]!.atMs - held[i - 1]!.atMs);
  return (untilMs) => {
    let low = 0;
    let high = held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (held[middle]!.atMs <= untilMs) low = middle + 1;
      else high = middle;
    }
    const last = low - 1;
    return last < 0 ? 0 : before[last]! + held[last]!.value * (untilMs - held[last]!.atMs);
  };
}

/** Of the flows of one job through the repository, the rate of all of them at one time. */
const rateOf = (rates: readonly FlowRate[], job: number): number =>
  sum(
    rates
      .filter(({ jobId, kind }) => jobId === job && (kind === FLOW.put || kind === FLOW.putHash))
      .map(({ bytesPerMs }) => bytesPerMs),
  );

type Act =
  | { readonly kind: 'begin' | 'alter'; readonly job: number; readonly allowed: Allowed }
  | { readonly kind: 'cancel'; readonly job: number };

const bytesText = (bytes: number): string => (bytes === Infinity ? 'unlimited' : String(bytes));

function textOf(act: Act): string {
  if (act.kind === 'cancel') return `CANCEL BACKUP FROM db${act.job}`;
  const { all, node } = act.allowed;
  const properties = `PROPERTIES ("bytes_per_second" = "${bytesText(all)}", "node_bytes_per_second" = "${bytesText(node)}")`;
  return act.kind === 'begin'
    ? `BACKUP SNAPSHOT db${act.job}.l${act.job} TO example_repo ${properties}`
    : `ALTER BACKUP FROM db${act.job} ${properties}`;
}

const arbitraryAllowed: fc.Arbitrary<Allowed> = fc.record({
  all: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1e6, max: 200e6 })),
  node: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1e6, max: 100e6 })),
});

const arbitraryTime = (mostMs: number): fc.Arbitrary<number> =>
  fc.double({ min: 0, max: mostMs, noNaN: true });

/** Bytes that nothing limits take no time, and have no rate. */
function withDatabases(plain: Scenario, count: number): Scenario {
  const { limits } = plain.repository;
  const bandwidthBytesPerSec = Math.min(1e12, limits.bandwidthBytesPerSec);
  return {
    ...plain,
    repository: { ...plain.repository, limits: { ...limits, bandwidthBytesPerSec } },
    engine: { ...plain.engine, tickMs: 0, uploadWorkers: 4 },
    databases: Array.from({ length: count }, (_, i) => ({ ...plain.databases[0]!, name: `db${i}` })),
  };
}

/** Jobs that begin at some time, and are altered or cancelled at others. */
const arbitraryScene = fc.integer({ min: 1, max: 3 }).chain((count) => {
  const job = fc.nat({ max: count - 1 });
  return fc.record({
    scenario: arbitraryPricedScenario().map((plain) => withDatabases(plain, count)),
    begins: fc.tuple(
      ...Array.from({ length: count }, () =>
        fc.record({
          atMs: arbitraryTime(100),
          allowed: fc.oneof({ weight: 3, arbitrary: fc.constant(UNLIMITED) }, arbitraryAllowed),
        }),
      ),
    ),
    alters: fc.array(fc.record({ atMs: arbitraryTime(700), job, allowed: arbitraryAllowed }), {
      maxLength: 6,
    }),
    cancels: fc.array(fc.record({ atMs: arbitraryTime(1500), job }), { maxLength: 1 }),
  });
});

/** A job as it was seen from outside. */
interface Seen {
  readonly recording: Recording;
  readonly originMs: number;
  readonly rates: readonly Since<number>[];
  /** Bytes a millisecond. */
  readonly limits: readonly Since<number>[];
  readonly isWhole: boolean;
}

function play({ scenario, begins, alters, cancels }: SceneOf<typeof arbitraryScene>): Seen[] {
  const ids: number[] = [];
  const recorders: { readonly recorder: Recorder; readonly originMs: number }[] = [];
  const rates: Since<number>[][] = begins.map(() => []);
  const limits: Since<number>[][] = begins.map(() => []);
  const cluster = virtualCluster(scenario, {
    onRates(all, fromMs, toMs) {
      for (const [job, id] of ids.entries())
        rates[job]?.push({ atMs: fromMs, value: rateOf(all, id) }, { atMs: toMs, value: 0 });
    },
  });
  const { coordinator, world } = cluster;
  const act = (each: Act): void =>
    coordinator.execute(parseStatement(textOf(each)), {}, (outcome) => {
      // What comes too early or too late is refused.
      if (!outcome.ok || each.kind === 'cancel') return;
      if (outcome.value.kind === 'accepted') {
        const originMs = world.now();
        ids[each.job] = outcome.value.jobId;
        recorders[each.job] = { recorder: new Recorder(originMs), originMs };
        world.record(outcome.value.jobId, recorders[each.job]!.recorder);
      }
      const { all, node } = each.allowed;
      const bytesPerSec = Math.min(all, node * scenario.cluster.nodes.length);
      limits[each.job]!.push({ atMs: world.clockMs, value: bytesPerSec / 1000 });
    });
  for (const [job, { atMs, allowed }] of begins.entries())
    world.wakeAt(atMs, () => act({ kind: 'begin', job, allowed }));
  for (const { atMs, ...rest } of alters) world.wakeAt(atMs, () => act({ kind: 'alter', ...rest }));
  for (const { atMs, ...rest } of cancels) world.wakeAt(atMs, () => act({ kind: 'cancel', ...rest }));
  world.run(() => begins.every((_, job) => ids[job] !== undefined && isOver(cluster, ids[job])));
  return ids.map((id, job) => ({
    recording: recorders[job]!.recorder.read(
      world.now() - recorders[job]!.originMs,
      cluster.catalog.nodeNames,
      4,
    ),
    originMs: recorders[job]!.originMs,
    rates: rates[job]!,
    limits: limits[job]!,
    isWhole: coordinator.job(id)!.state === 'FINISHED',
  }));
}

type SceneOf<T> = T extends fc.Arbitrary<infer U> ? U : never;

function isOver({ coordinator }: VirtualCluster, id: number): boolean {
  const job = coordinator.job(id);
  return job !== undefined && isEnded(job) && coordinator.isSettled(id);
}

/** How far from its time a byte may be told to have moved: notes are taken so far apart, and a file may miss one. */
const smearMs = (elapsedMs: number): number => 2 * Math.max(16, elapsedMs / 100);

/**
 * By the end of each bucket, no more was told than had moved a moment later, and no less than a moment before; and from any bucket to any
 * other, no more than was allowed in the time from a moment before to a moment after.
 */
function check(t: ExecutionContext, { recording, originMs, rates, limits, isWhole }: Seen): void {
  const { bucketMs, bytes } = recording.throughput;
  const most = ROUNDING * Math.max(1, recording.movedBytes);
  t.true(Math.abs(sum(bytes) - recording.movedBytes) <= 1e-9 * Math.max(1, recording.movedBytes));
  if (isWhole) t.is(recording.movedFiles, sum(recording.nodes.map(({ files }) => files)));
  const movedBy = runningIntegral(rates);
  let told = 0;
  for (const [i, value] of bytes.entries()) {
    t.true(value >= -most);
    told += value;
    const toMs = (i + 1) * bucketMs;
    const aboutMs = smearMs(toMs);
    const latest = movedBy(originMs + toMs + aboutMs);
    t.true(told <= latest + most, `until ${toMs}: ${told} instead of ${latest}`);
    // Of what was on its way when a job was cancelled, nothing counts.
    const earliest = movedBy(originMs + toMs - aboutMs);
    if (isWhole) t.true(told >= earliest - most, `until ${toMs}: ${told} instead of ${earliest}`);
    let inWindow = 0;
    for (let from = i; from >= Math.max(0, i - 32); from--) {
      inWindow += bytes[from]!;
      const allowed = integral(
        limits,
        originMs + from * bucketMs - aboutMs,
        originMs + toMs + aboutMs,
        Infinity,
      );
      t.true(inWindow <= allowed + most, `${from} to ${i}: ${inWindow} of ${allowed}`);
    }
  }
}

test('a series is what the rates of its job come to, whatever changes them, and never more than was allowed', (t) => {
  let changed = 0;
  fc.assert(
    fc.property(arbitraryScene, (scene) => {
      for (const seen of play(scene)) {
        if (seen.limits.length > 1) changed++;
        check(t, seen);
      }
    }),
    { numRuns: RUNS },
  );
  t.true(changed > 0);
});

test('a file that is on its way, as another job’s is, when its job gets its first limit goes on from where it was', (t) => {
  const table = olapTable('example_tbl', { partitions: 1, buckets: 2 });
  const plain = scenarioOf({
    cluster: nodes(1, { nicBytesPerSec: 1e6 }),
    databases: [{ name: 'example_db', tables: [table] }],
  });
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 3000 }), fc.integer({ min: 1e4, max: 4e5 }), (atMs, all) => {
      const begins = [0, 0].map(() => ({ atMs: 0, allowed: UNLIMITED }));
      const alters = [{ atMs, job: 0, allowed: { all, node: Infinity } }];
      const seen = play({
        scenario: withDatabases(plain, 2),
        begins,
        alters,
        cancels: [],
      });
      for (const each of seen) check(t, each);
      t.is(seen[0]!.limits.length, 2);
    }),
    { numRuns: 10 },
  );
});

test('whatever goes wrong, what a series adds up to is what was moved: nothing of what failed, and of what was tried again all', (t) => {
  // Of drawn ones, files are too small to be noted on their way.
  const large = loadScenario(readFileSync(FLAKY, 'utf8'), FLAKY).variants;
  const drawn = Array.from({ length: RUNS * 5 }, (_, seed) => drawCase(String(seed)));
  let retried = 0;
  for (const [i, { scenario }] of [...large, ...drawn].entries()) {
    const { result } = attempt(() => simulateFaulted({ ...scenario, faults: scenario.faults ?? [] })) ?? {};
    if (!result) continue;
    const { throughput, totals, job, incidents = [] } = result;
    const most = ROUNDING * Math.max(1, totals.movedBytes);
    const unseenBytes = totals.movedBytes - sum(throughput.bytes);
    t.true(unseenBytes >= -most, `case ${i}`);
    // A job that was cancelled ends before the last of its files, and one whose clock jumps when it says so: the rest is not seen.
    const isSeenWhole =
      job.state === 'FINISHED' && !scenario.faults?.some(({ kind }) => kind === 'clock-jump');
    if (isSeenWhole) t.true(unseenBytes <= most, `case ${i}`);
    t.true(throughput.bytes.every((bytes) => bytes >= -most));
    if (totals.movedBytes > 0 && incidents.length > 0) retried++;
  }
  t.true(retried > RUNS / 2);
});

/** Nothing where a statement is refused, or nobody can end its job. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof DrillError) return undefined;
    throw error;
  }
}

test('a job that another coordinator took up, by whose clock it began at another time, has all of its series', (t) => {
  // Found by the property above: the series was empty.
  const { scenario } = drawCase('262');
  const { throughput, totals } = simulateFaulted(scenario).result;
  t.true(totals.movedBytes > 0);
  t.true(Math.abs(sum(throughput.bytes) - totals.movedBytes) <= ROUNDING * totals.movedBytes);
});
