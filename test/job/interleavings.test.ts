import test from 'ava';
import * as fc from 'fast-check';
import type { ExecutionContext } from 'ava';
import { isEnded, type Command, type EngineSettings, type Job, type Step } from '../../src/job/index.js';
import type { NodeTask } from '../../src/node/index.js';
import { backup, Driver, error, planOn, restore, settings } from './driver.js';

/** What a random world does next, in terms of what there is at that moment. */
type Move =
  | { readonly do: 'finish' | 'fail'; readonly pick: number }
  | { readonly do: 'unknown'; readonly taskId: number }
  | { readonly do: 'lose' | 'bring back'; readonly node: number }
  | { readonly do: 'time'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('unknown' as const), taskId: fc.integer({ min: 1000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lose' as const, 'bring back' as const),
      node: fc.nat({ max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.nat({ max: 4000 }) }) },
);

const arbitraryEngine: fc.Arbitrary<EngineSettings> = fc
  .record({
    tickMs: fc.constantFrom(0, 0, 700, 3000),
    snapshotWorkers: fc.integer({ min: 1, max: 4 }),
    uploadWorkers: fc.integer({ min: 1, max: 3 }),
    downloadWorkers: fc.integer({ min: 1, max: 3 }),
    batching: fc.record({
      by: fc.constantFrom('tasks' as const, 'shards' as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
    dispatch: fc.constantFrom('at-once' as const, 'as-free' as const),
    maxTaskAttempts: fc.integer({ min: 1, max: 4 }),
  })
  .map(settings);

/** What an onlooker knows of a task from commands and events alone. */
interface Seen {
  task: NodeTask;
  sends: number;
  /** Sent, and neither finished nor failed since. */
  held: boolean;
  finished: boolean;
}

/** Drives a job through random events, and holds it against a model that only looks at commands and events. */
class Onlooker {
  readonly driver: Driver;
  readonly tasks = new Map<number, Seen>();
  readonly #t: ExecutionContext;
  readonly #wakes: number[] = [];
  readonly #nodes: readonly number[];
  /** Some task failed for the last time. */
  doomed = false;
  ends = 0;

  constructor(t: ExecutionContext, step: Step<Job>, engine: EngineSettings, nodes: readonly number[]) {
    this.#t = t;
    this.#nodes = nodes;
    this.driver = new Driver(step, engine);
    this.#look(step.commands);
  }

  make(next: Move): void {
    const { driver } = this;
    const known = [...this.tasks.values()];
    switch (next.do) {
      case 'finish':
        if (known.length > 0) this.finish(known[next.pick % known.length]!);
        break;
      case 'fail': {
        if (known.length === 0) break;
        const seen = known[next.pick % known.length]!;
        this.#failed(seen);
        this.#look(driver.fail(seen.task));
        break;
      }
      case 'unknown':
        this.#look(
          driver.tell({
            kind: 'task-finished',
            taskId: next.taskId,
            attempt: 1,
            report: { movedFiles: 1, skippedFiles: 1 },
          }),
        );
        this.#look(
          driver.tell({ kind: 'task-failed', taskId: next.taskId, attempt: 1, error: error('DISK_FULL') }),
        );
        break;
      case 'lose':
        for (const seen of known) if (seen.task.node === next.node) this.#failed(seen);
        this.#look(driver.tell({ kind: 'node-lost', node: next.node }));
        break;
      case 'bring back':
        this.#look(driver.tell({ kind: 'node-back', node: next.node }));
        break;
      case 'time':
        this.#pass(driver.nowMs + next.ms);
    }
  }

  finish(seen: Seen): void {
    if (!this.doomed) seen.finished = true;
    seen.held = false;
    this.#look(this.driver.finish(seen.task));
  }

  /** Lets everything that is still open end well, and every wake-up come. */
  drain(): void {
    for (let steps = 0; !isEnded(this.driver.job); steps++) {
      if (steps > 10_000) throw new Error('the job goes on for ever');
      const held = [...this.tasks.values()].find((seen) => seen.held);
      if (held) this.finish(held);
      else if (this.#wakes.length > 0) this.#pass(Math.min(...this.#wakes));
      else throw new Error(`nothing is left to happen, and the job is ${this.driver.job.state}`);
    }
  }

  #failed(seen: Seen): void {
    if (!seen.held || this.doomed) return;
    seen.held = false;
    if (seen.sends >= this.driver.settings.maxTaskAttempts) this.doomed = true;
  }

  #pass(toMs: number): void {
    for (;;) {
      const next = Math.min(...this.#wakes);
      if (next > toMs) break;
      this.#wakes.splice(this.#wakes.indexOf(next), 1);
      this.#look(this.driver.tick(Math.max(next, this.driver.nowMs)));
    }
    this.driver.nowMs = Math.max(toMs, this.driver.nowMs);
  }

  #look(commands: readonly Command[]): void {
    const t = this.#t;
    for (const command of commands) {
      if (command.kind === 'wake') this.#wakes.push(command.atMs);
      else if (command.kind === 'plan')
        this.#look(this.driver.tell({ kind: 'planned', plan: planOn(this.#nodes) }));
      else if (command.kind === 'send') this.#sent(command.task);
      else if (command.kind === 'publish') {
        this.ends++;
        this.allDone(['snapshot', 'upload']);
        const uploaded = [...command.uploaded.shards].map((shard, i) => [
          shard,
          command.uploaded.checksums[i],
        ]);
        t.deepEqual(
          uploaded,
          this.#nodes.map((_, i) => [100 + i, [500 + i]]),
        );
        this.#look(this.driver.tell({ kind: 'published', manifestBytes: 1 }));
      } else if (command.kind === 'commit') {
        this.ends++;
        this.allDone(['download', 'install']);
      }
    }
    t.is(this.driver.job.state === 'CANCELLED', this.doomed);
  }

  #sent(task: NodeTask): void {
    const t = this.#t;
    const { maxTaskAttempts, dispatch, uploadWorkers, downloadWorkers } = this.driver.settings;
    const seen = this.tasks.get(task.taskId);
    if (seen) {
      t.false(seen.held || seen.finished);
      t.deepEqual({ ...task, probe: 0 }, { ...seen.task, probe: 0, attempt: seen.sends + 1 });
      seen.task = task;
      if (task.kind === 'upload') t.true(task.probe);
      seen.sends++;
      seen.held = true;
      t.true(seen.sends <= maxTaskAttempts);
    } else {
      this.tasks.set(task.taskId, { task, sends: 1, held: true, finished: false });
    }
    const workers =
      task.kind === 'upload' ? uploadWorkers : task.kind === 'download' ? downloadWorkers : undefined;
    if (workers === undefined || dispatch !== 'as-free') return;
    const there = [...this.tasks.values()].filter(
      (s) => s.task.kind === task.kind && s.task.node === task.node && !s.finished,
    );
    t.true(there.length <= workers + 1);
  }

  /** Every shard of the plan was in exactly one task of each kind, on its node, and that task has finished. */
  allDone(kinds: readonly NodeTask['kind'][]): void {
    for (const kind of kinds) {
      const tasks = [...this.tasks.values()].filter((seen) => seen.task.kind === kind);
      const places = tasks.flatMap(({ task }) =>
        'shards' in task ? Array.from(task.shards, (shard) => `${shard}@${task.node}`) : [],
      );
      this.#t.deepEqual(places.toSorted(), this.#nodes.map((node, i) => `${100 + i}@${node}`).toSorted());
      this.#t.true(tasks.every((seen) => seen.finished));
    }
  }
}

const JOBS = {
  backup: (engine: EngineSettings) => backup(engine),
  restore: (engine: EngineSettings) => restore(engine),
};

for (const [kind, create] of Object.entries(JOBS)) {
  test(`${kind}: reports that come twice, late, out of order or from nowhere count once, and every task is tried at most so often`, (t) => {
    fc.assert(
      fc.property(
        arbitraryEngine,
        fc.array(fc.nat({ max: 4 }), { maxLength: 25 }),
        fc.array(move, { maxLength: 120, size: 'max' }),
        (engine, nodes, moves) => {
          const onlooker = new Onlooker(t, create(engine), engine, nodes);
          for (const next of moves) onlooker.make(next);
          onlooker.drain();
          t.is(onlooker.driver.job.state, onlooker.doomed ? 'CANCELLED' : 'FINISHED');
          t.is(onlooker.ends, onlooker.doomed ? 0 : 1);
          const { job } = onlooker.driver;
          for (const { task } of onlooker.tasks.values()) {
            t.deepEqual(onlooker.driver.finish(task), []);
          }
          t.is(onlooker.driver.job, job);
        },
      ),
      { numRuns: 250 },
    );
  });
}
