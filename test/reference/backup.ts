import { invariant } from '../../src/base/errors.js';
import { bindBackup, selectedShards, type Catalog } from '../../src/catalog/index.js';
import { nodeHardware, scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import { supplyOf } from './demands.js';
import { createNodeWork, createPool, type FilePut, type NodeWork } from './node-work.js';
import { pieceOf, sharesOf, snapshotTasks, uploadTasks, type Piece } from './plan.js';
import { createRequests, type Requests } from './requests.js';
import { createTimeline, type Process, type Step, type Timeline, type TimelineOptions } from './timeline.js';

export interface ReferenceResult {
  readonly states: readonly { readonly state: string; readonly durationMs: number }[];
  /** From the statement's acceptance. */
  readonly durationMs: number;
  readonly requests: number;
  readonly puts: readonly FilePut[];
}

export interface ReferenceOptions extends TimelineOptions {
  /** The scenario's, or one that differs from it in its files' sizes. */
  readonly catalog: Catalog;
  /** Sizes of `__meta` and `__info`. */
  readonly documentBytes: readonly number[];
}

interface Run {
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly requests: Requests;
  readonly work: NodeWork;
  readonly shares: readonly (readonly Piece[])[];
  readonly documentBytes: readonly number[];
  readonly states: { readonly state: string; readonly atMs: number }[];
}

/**
 * Simulates a scenario's BACKUP, naively: into an empty repository, without faults. It shares no code with the engine
 * beyond what says what there is to back up, and exists to be held against it.
 */
export function referenceBackup(scenario: Scenario, options: ReferenceOptions): ReferenceResult {
  const { catalog, documentBytes } = options;
  const hardware = nodeHardware(scenario);
  const { limits } = scenario.repository;
  const supply = supplyOf({ nodes: hardware, host: scenario.cluster.host, limits });
  const timeline = createTimeline(supply, options);
  const requests = createRequests(timeline, hardware, limits);
  const puts: FilePut[] = [];
  const onPut = (put: FilePut): void => void puts.push(put);
  const work = createNodeWork({ scenario, hardware, timeline, requests, onPut });
  const shares = sharesOf(piecesOf(scenario, catalog), scenario);
  const states: Run['states'] = [];
  const run = { scenario, timeline, requests, work, shares, documentBytes, states };
  timeline.start(backup(run), () => undefined);
  timeline.run();
  invariant(states.at(-1)?.state === 'FINISHED', 'the reference came to a standstill');
  return {
    states: states
      .slice(0, -1)
      .map(({ state, atMs }, i) => ({ state, durationMs: states[i + 1]!.atMs - atMs })),
    durationMs: states.at(-1)!.atMs - states[0]!.atMs,
    requests: requests.count(),
    puts,
  };
}

function piecesOf(scenario: Scenario, catalog: Catalog): Piece[] {
  const statement = scenarioStatement(scenario);
  invariant(statement.kind === 'backup', 'the reference knows BACKUP only');
  const { unsupportedTables } = scenario.engine;
  const shards = selectedShards(bindBackup(catalog, statement, { unsupportedTables }));
  return [...shards].map((shard) => pieceOf(catalog.shards, shard));
}

/** The job from its statement to FINISHED. Every change of state is durable before anything is done because of it. */
function* backup(run: Run): Process {
  const { scenario, timeline, requests, work, shares, states } = run;
  const { engine, cluster } = scenario;
  let isDurable = true;
  const enter = (state: string): void => {
    states.push({ state, atMs: timeline.now() });
    isDurable = false;
  };
  function* persist(): Process {
    if (!isDurable) yield* timeline.wait(cluster.coordinator.persistMs);
    isDurable = true;
  }
  /** Without a tick the coordinator looks all the time; with one, at its next multiple. */
  function* look(): Process {
    if (engine.tickMs === 0) return;
    yield* persist();
    yield timeline.until((Math.floor(timeline.now() / engine.tickMs) + 1) * engine.tickMs);
  }
  function* phase(tasks: readonly (readonly Task[])[], workers: number, perNode: number): Process {
    if (tasks.every((ofNode) => ofNode.length === 0)) return;
    yield* persist();
    yield runTasks(timeline, cluster.coordinator.messageMs, tasks, workers, perNode);
  }

  yield* requests.request('coordinator');
  enter('PENDING');
  yield* persist();
  yield* look();
  enter('SNAPSHOTING');
  const { snapshotWorkers, uploadWorkers } = engine;
  const snapshots = shares.map((share, node) =>
    snapshotTasks(share, snapshotWorkers).map((pieces) => work.snapshot(node, pieces)),
  );
  yield* phase(snapshots, snapshotWorkers, Infinity);
  yield* look();
  enter('UPLOAD_SNAPSHOT');
  yield* look();
  enter('UPLOADING');
  const uploads = shares.map((share, node) =>
    uploadTasks(share, engine.batching).map((pieces) => work.upload(node, pieces)),
  );
  yield* phase(uploads, uploadWorkers, engine.dispatch === 'at-once' ? Infinity : uploadWorkers + 1);
  yield* look();
  enter('SAVE_META');
  yield* look();
  enter('UPLOAD_INFO');
  yield* persist();
  yield* look();
  yield* publish(run);
  enter('FINISHED');
}

type Task = Process;

/** Sends every node its tasks, `perNode` at first and one more for each that has come back, until all are back. */
function runTasks(
  timeline: Timeline,
  messageMs: number,
  tasks: readonly (readonly Task[])[],
  workers: number,
  perNode: number,
): Step {
  return (done) => {
    let unfinished = tasks.reduce((sum, ofNode) => sum + ofNode.length, 0);
    for (const ofNode of tasks) {
      const pool = createPool(timeline, workers);
      const unsent = [...ofNode];
      const sendNext = (): void => {
        const task = unsent.shift();
        if (!task) return;
        timeline.start(timeline.wait(messageMs), () => pool.add(task, report));
      };
      const report = (): void =>
        timeline.start(timeline.wait(messageMs), () => {
          sendNext();
          if (--unfinished === 0) done();
        });
      for (let n = Math.min(perNode, unsent.length); n > 0; n--) sendNext();
    }
  };
}

/** Looks under the label, then builds and writes one document after the other. */
function* publish({ scenario, timeline, requests, documentBytes }: Run): Process {
  const { manifestBytesPerSec } = scenario.cluster.coordinator;
  const { bandwidthBytesPerSec, perConnectionBytesPerSec } = scenario.repository.limits;
  yield* requests.request('coordinator');
  for (const bytes of documentBytes) {
    yield* timeline.wait((bytes / manifestBytesPerSec) * 1000);
    yield* timeline.wait((bytes / Math.min(bandwidthBytesPerSec, perConnectionBytesPerSec)) * 1000);
    yield* requests.request('coordinator');
    if (scenario.repository.type === 'local') yield* requests.request('coordinator');
  }
}
