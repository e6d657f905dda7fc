import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { mostInAnyWindow, type Use } from '../../bench/limits/usage.js';
import { virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { FLOW } from '../../src/world/virtual/flow-kind.js';
import type { FlowRate } from '../../src/world/virtual/flows.js';
import { arbitraryPricedScenario, withDefaultPrices } from '../reference/arbitrary-scenarios.js';
import { evenly } from '../fixtures/evenly.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** Of these runs, at least this share must have more on their way at a change than may be from then on. */
const LEAST_LOWERED = 0.03;

/** What a job may do from a time on, of one thing: in all, and on each node. */
interface Change {
  readonly atMs: number;
  readonly all: number;
  readonly node: number;
}

const UNCHANGED: Change = { atMs: 0, all: Infinity, node: Infinity };

const changes = (limit: fc.Arbitrary<number>): fc.Arbitrary<readonly Change[]> => {
  const mostly = fc.oneof(fc.constant(Infinity), { weight: 2, arbitrary: limit });
  const change = fc.record({
    atMs: evenly(0, 500),
    all: mostly,
    node: mostly,
  });
  return fc
    .array(change, { minLength: 1, maxLength: 5 })
    .map((all) => all.toSorted((a, b) => a.atMs - b.atMs));
};

/** Requests take no time and files are sent whole, so that a file is on its way for as long as its bytes flow. */
const arbitraryPlain = arbitraryPricedScenario().map((drawn): Scenario => {
  const plain = withDefaultPrices(drawn);
  const { limits } = plain.repository;
  return {
    ...plain,
    engine: { ...plain.engine, tickMs: 0, uploadWorkers: Math.max(3, plain.engine.uploadWorkers) },
    repository: {
      ...plain.repository,
      limits: {
        ...limits,
        latencyMs: fixed(0),
        requestsPerSec: Infinity,
        perConnectionBytesPerSec: Math.min(50e6, limits.perConnectionBytesPerSec),
      },
    },
  };
});

/** Backs up without any limits, has them changed while it runs, and lets it end. */
function run(
  cluster: VirtualCluster,
  property: string,
  list: readonly Change[],
  changed: (to: Change) => void,
): boolean {
  const { coordinator, world } = cluster;
  let jobId: number | undefined;
  const value = (limit: number): string => (limit === Infinity ? 'unlimited' : String(limit));
  coordinator.execute(parseStatement(cluster.scenario.statement.text), {}, (outcome) => {
    if (outcome.ok && outcome.value.kind === 'accepted') jobId = outcome.value.jobId;
  });
  world.run(() => jobId !== undefined);
  const begunMs = world.now();
  for (const change of list)
    world.wakeAt(begunMs + change.atMs, () => {
      const text = `"${property}" = "${value(change.all)}", "node_${property}" = "${value(change.node)}"`;
      coordinator.execute(
        parseStatement(`ALTER BACKUP PROPERTIES (${text})`),
        { database: 'example_db' },
        (outcome) => {
          // What comes too late is refused.
          if (outcome.ok) changed({ ...change, atMs: world.clockMs });
        },
      );
    });
  return world.run(() => coordinator.isSettled(jobId!)) && coordinator.job(jobId!)!.state === 'FINISHED';
}

const isSent = ({ kind }: FlowRate): boolean => kind === FLOW.put || kind === FLOW.putHash;
const sum = (of: readonly number[]): number => of.reduce((total, one) => total + one, 0);

test('however often it is changed, no file is let in while as many are on their way as may be, and those count that were before', (t) => {
  let lowered = 0;
  fc.assert(
    fc.property(arbitraryPlain, changes(fc.integer({ min: 1, max: 8 })), (plain, list) => {
      const problems: string[] = [];
      const perNode = (): number[] => plain.cluster.nodes.map(() => 0);
      const ended = perNode();
      let before = { flowing: perNode(), begun: perNode() };
      let [was, is] = [UNCHANGED, UNCHANGED];
      let isLowered = false;
      const check = (
        what: string,
        begun: number,
        begunBefore: number,
        flowing: number,
        most: number,
      ): void => {
        if (begun > begunBefore && flowing > most) problems.push(`${what}: ${flowing} of ${most}`);
      };
      const cluster = virtualCluster(plain, {
        witness(seen) {
          if (seen.kind === 'operation' && seen.operation.op === 'put') ended[seen.task.node]!++;
        },
        onRates(rates) {
          const flowing = perNode();
          for (const flow of rates) if (isSent(flow)) flowing[flow.node]!++;
          const begun = flowing.map((flows, node) => flows + ended[node]!);
          // What was let in just before a change was by what might be then.
          check('in all', sum(begun), sum(before.begun), sum(flowing), Math.max(was.all, is.all));
          for (const node of flowing.keys())
            check(
              `node ${node}`,
              begun[node]!,
              before.begun[node]!,
              flowing[node]!,
              Math.max(was.node, is.node),
            );
          before = { flowing, begun };
          was = is;
        },
      });
      const hasEnded = run(cluster, 'max_concurrency', list, (to) => {
        is = to;
        isLowered ||= sum(before.flowing) > to.all || before.flowing.some((flows) => flows > to.node);
      });
      t.true(hasEnded);
      t.deepEqual(problems, []);
      if (isLowered) lowered++;
    }),
    { numRuns: RUNS },
  );
  t.true(lowered >= LEAST_LOWERED * RUNS, `${lowered} of ${RUNS}`);
});

test('requests and bytes that are limited while a job runs are so from then on, and no longer than they are', (t) => {
  const limit = fc.integer({ min: 20, max: 2000 });
  fc.assert(
    fc.property(arbitraryPlain, changes(limit), changes(limit), (plain, ofRequests, ofBytes) => {
      const requests: (Use & { readonly node: number })[] = [];
      const periods = [UNCHANGED];
      const cluster = virtualCluster(plain, {
        witness(seen) {
          if (seen.kind !== 'request' || seen.by === 'coordinator') return;
          requests.push({ atNs: Math.round(seen.atMs * 1e6), units: 1, node: seen.by });
        },
      });
      t.true(run(cluster, 'requests_per_second', ofRequests, (to) => periods.push(to)));
      for (const [i, { atMs, all, node }] of periods.entries()) {
        const untilMs = periods[i + 1]?.atMs ?? Infinity;
        const within = requests.filter(({ atNs }) => atNs > atMs * 1e6 && atNs < untilMs * 1e6);
        t.true(mostInAnyWindow(within) <= Math.ceil(all));
        for (const own of plain.cluster.nodes.keys())
          t.true(mostInAnyWindow(within.filter((each) => each.node === own)) <= Math.ceil(node));
      }

      let is = UNCHANGED;
      const problems: string[] = [];
      const watched = virtualCluster(plain, {
        onRates(rates) {
          const sent = plain.cluster.nodes.map(() => 0);
          for (const flow of rates) if (isSent(flow)) sent[flow.node]! += flow.bytesPerMs * 1000;
          const isMost = (bytes: number, most: number): boolean => bytes <= most * (1 + 1e-9);
          if (!isMost(sum(sent), is.all) || sent.some((bytes) => !isMost(bytes, is.node)))
            problems.push(`${sent.join()} of ${is.all}, ${is.node}`);
        },
      });
      const inBytes = ofBytes.map(({ atMs, all, node }) => ({ atMs, all: all * 1e5, node: node * 1e5 }));
      t.true(run(watched, 'bytes_per_second', inBytes, (to) => (is = to)));
      t.deepEqual(problems, []);
    }),
    { numRuns: Math.ceil(RUNS / 2) },
  );
});

test('whoever waits for a place when a job is cancelled is not let in by those that leave theirs', (t) => {
  fc.assert(
    fc.property(arbitraryPlain, evenly(0, 500), (plain, cancelAtMs) => {
      const { engine } = plain;
      const limits = { job: { transfers: 1, requestsPerSec: 100 }, node: {} };
      let made = 0;
      const cluster = virtualCluster(
        { ...plain, engine: { ...engine, limits } },
        {
          witness(seen) {
            if (seen.kind === 'request' && seen.by !== 'coordinator') made++;
          },
        },
      );
      const { coordinator, world } = cluster;
      let atCancel: number | undefined;
      coordinator.execute(parseStatement(plain.statement.text), {}, () => undefined);
      world.wakeAt(cancelAtMs, () => {
        const statement = parseStatement('CANCEL BACKUP FROM example_db');
        atCancel = made;
        coordinator.execute(statement, {}, (outcome) => (atCancel = outcome.ok ? atCancel : undefined));
      });
      world.run(() => false);
      if (atCancel !== undefined) t.is(made, atCancel);
    }),
    { numRuns: RUNS },
  );
});
