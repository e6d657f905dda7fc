import test from 'ava';
import * as fc from 'fast-check';
import type { ErrorCode } from '../../src/base/error-codes.js';
import type { NodeTask } from '../../src/node/index.js';
import { TaskBoard, type ReplicaLookup } from '../../src/job/task-board.js';
import { shareByNode, batchSize } from '../../src/job/work.js';
import { error } from './driver.js';

/** Replicas of each shard, by the shard's ordinal: the first one is where the plan has it. */
type Replicas = readonly (readonly number[])[];

interface World {
  readonly replicas: Replicas;
  readonly lost: Set<number>;
  readonly board: TaskBoard<NodeTask>;
}

function begin(
  replicas: Replicas,
  options: { handOver?: boolean; perNode?: number; batch?: number } = {},
): World {
  const lost = new Set<number>();
  const lookup: ReplicaLookup = (shard, orLater = false) =>
    replicas[shard]!.filter((node) => orLater || !lost.has(node));
  const plan = {
    shards: Int32Array.from(replicas.keys()),
    nodes: Int32Array.from(replicas, ([first]) => first!),
  };
  const board = new TaskBoard<NodeTask>({
    shares: shareByNode(plan),
    batchSize: batchSize({ by: 'shards', count: options.batch ?? 1 }),
    perNode: options.perNode ?? 2,
    maxAttempts: 3,
    firstTaskId: 1,
    replicas: lookup,
    handOver: options.handOver ?? false,
    makeTask: (taskId, slice, attempt) => ({
      kind: 'snapshot',
      taskId,
      attempt,
      jobId: 1,
      node: slice.node,
      shards: slice.shards,
    }),
  });
  return { replicas, lost, board };
}

const told = (tasks: readonly NodeTask[]): string[] =>
  tasks.map(
    (task) => `${task.taskId}.${task.attempt} on ${task.node}: ${'shards' in task ? task.shards.join() : ''}`,
  );

test('a shard whose replica fails is done by another node, and never again by the one that failed', (t) => {
  const { board } = begin([[0, 1, 2]]);
  t.deepEqual(told(board.start()), ['1.1 on 0: 0']);
  t.is(board.fail(1, 1, error('SOURCE_CORRUPT'), 0), 'moved');
  t.deepEqual(told(board.takeDue(0)), ['2.1 on 1: 0']);
  t.is(board.fail(2, 1, error('FILE_SYSTEM'), 0), 'moved');
  t.deepEqual(told(board.takeDue(0)), ['3.1 on 2: 0']);
  t.is(board.fail(3, 1, error('SOURCE_CORRUPT'), 0), 'fatal');
  t.deepEqual(
    board.takeMoves().map(({ from, to }) => [from, to]),
    [
      [0, 1],
      [1, 2],
    ],
  );
});

test('a failure of the repository is the node’s to mend first; then another one tries', (t) => {
  const { board } = begin([[0, 1]]);
  board.start();
  t.is(board.fail(1, 1, error('STORAGE_FAILED'), 0), 'retry');
  t.deepEqual(told(board.takeDue(1000)), ['1.2 on 0: 0']);
  t.is(board.fail(1, 2, error('STORAGE_FAILED'), 1000), 'retry');
  t.deepEqual(told(board.takeDue(3000)), ['1.3 on 0: 0']);
  t.is(board.fail(1, 3, error('STORAGE_FAILED'), 3000), 'moved');
  t.deepEqual(told(board.takeDue(3000)), ['2.1 on 1: 0']);
});

test('what no other node can do waits for a lost node, however long, and goes on when it is back', (t) => {
  const { board, lost } = begin([[0], [0, 1], [0, 1], [0]], { perNode: 2 });
  t.deepEqual(told(board.start()), ['1.1 on 0: 0', '2.1 on 0: 1']);
  lost.add(0);
  for (const { taskId, attempt } of board.running) board.fail(taskId, attempt, error('NODE_LOST'), 0);
  board.lose(0, error('NODE_LOST'));
  t.deepEqual(told(board.takeDue(0)), ['3.1 on 1: 1', '4.1 on 1: 2']);
  t.is(board.nextRetryAtMs, undefined);
  lost.delete(0);
  board.regain(0, 5000);
  t.deepEqual(told(board.takeDue(5000)), ['1.2 on 0: 0', '5.1 on 0: 3']);
});

test('a node that was lost is asked again when it is back, since its replica did not fail (seed 301907)', (t) => {
  const { board, lost } = begin([[0, 1]]);
  board.start();
  lost.add(0);
  t.is(board.fail(1, 1, error('NODE_LOST'), 0), 'moved');
  t.deepEqual(told(board.takeDue(0)), ['2.1 on 1: 0']);
  t.is(board.fail(2, 1, error('FILE_SYSTEM'), 0), 'retry', 'nobody else is there');
  lost.delete(0);
  board.regain(0, 500);
  t.deepEqual(told(board.takeDue(1000)), ['2.2 on 1: 0']);
  t.is(board.fail(2, 2, error('FILE_SYSTEM'), 1000), 'moved');
  t.deepEqual(told(board.takeDue(1000)), ['3.1 on 0: 0']);
  t.is(board.fail(3, 1, error('SOURCE_CORRUPT'), 1000), 'fatal');
});

test('a shard that fails on all nodes that are there waits for those that are away (seed 190293)', (t) => {
  const { board, lost } = begin([[0, 1, 2]]);
  board.start();
  for (const node of [1, 2]) {
    lost.add(node);
    board.lose(node, error('NODE_LOST'));
  }
  t.is(board.fail(1, 1, error('SOURCE_CORRUPT'), 0), 'moved');
  t.deepEqual(
    board.takeMoves().map(({ from, to }) => [from, to]),
    [[0, 1]],
  );
  t.deepEqual(told(board.takeDue(0)), [], 'it is away');
  lost.delete(2);
  board.regain(2, 500);
  t.deepEqual(told(board.takeDue(500)), ['2.1 on 2: 0'], 'and another one is back before it');
  t.is(board.fail(2, 1, error('SOURCE_CORRUPT'), 600), 'moved');
  lost.delete(1);
  board.regain(1, 700);
  t.deepEqual(told(board.takeDue(700)), ['3.1 on 1: 0']);
  t.is(board.fail(3, 1, error('SOURCE_CORRUPT'), 800), 'fatal', 'nobody is left');
});

test('of a task with several shards, those move that can; the others stay', (t) => {
  const { board } = begin([[0, 1], [0], [0, 2]], { batch: 3 });
  t.deepEqual(told(board.start()), ['1.1 on 0: 0,1,2']);
  t.is(board.fail(1, 1, error('TASK_FAILED'), 0), 'retry');
  t.deepEqual(told(board.takeDue(0)), ['2.1 on 0: 0', '3.1 on 0: 1'], 'first each by itself');
  t.is(board.fail(2, 1, error('TASK_FAILED'), 0), 'moved');
  t.is(board.fail(3, 1, error('TASK_FAILED'), 0), 'retry');
  t.deepEqual(told(board.takeDue(0)), ['4.1 on 0: 2', '5.1 on 1: 0']);
});

test('an idle node takes what waits for one that has much to do, if it has replicas of it', (t) => {
  const replicas = [[1, 0], ...Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? [0, 1] : [0]))];
  const { board } = begin(replicas, { handOver: true, perNode: 1 });
  t.deepEqual(told(board.start()), ['1.1 on 0: 1', '2.1 on 1: 0']);
  const { next } = board.finish(2, 1)!;
  t.deepEqual(told(next), ['3.1 on 1: 11']);
  t.deepEqual(
    board.takeMoves().map(({ from, to, positions, why }) => [from, to, [...positions], why]),
    [[0, 1, [11], undefined]],
  );
});

const failures = fc.constantFrom<ErrorCode>(
  'STORAGE_FAILED',
  'TASK_FAILED',
  'SOURCE_CORRUPT',
  'NODE_LOST',
  'TASK_LOST',
  'DISK_FULL',
);
const moves = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), pick: fc.nat(), code: failures }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'regain' as const), node: fc.nat(3) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5000) }) },
  ),
  { maxLength: 80, size: 'max' },
);
const places = fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }), { maxLength: 20 });

test('whatever fails, every shard is done once, by a node that holds it and that it did not fail on for good, or the job fails', (t) => {
  fc.assert(
    fc.property(
      places,
      fc.record({
        handOver: fc.boolean(),
        perNode: fc.integer({ min: 1, max: 3 }),
        batch: fc.integer({ min: 1, max: 3 }),
      }),
      moves,
      (replicas, options, all) => {
        const world = begin(replicas, options);
        const { board, lost } = world;
        const held = new Map<number, NodeTask>();
        const done: number[] = [];
        let nowMs = 0;
        let isFatal = false;
        const send = (tasks: readonly NodeTask[]): void => {
          for (const task of tasks) {
            if (!('shards' in task)) continue;
            for (const shard of task.shards) t.true(replicas[shard]!.includes(task.node));
            held.set(task.taskId, task);
          }
          const byNode = new Map<number, number>();
          for (const { node } of held.values()) byNode.set(node, (byNode.get(node) ?? 0) + 1);
          for (const count of byNode.values()) t.true(count <= options.perNode);
        };
        const finish = (task: NodeTask): void => {
          held.delete(task.taskId);
          const finished = board.finish(task.taskId, task.attempt)!;
          if ('shards' in task) t.deepEqual([...finished.slice.shards], [...task.shards]);
          done.push(...finished.slice.shards);
          send(finished.next);
          t.is(board.finish(task.taskId, task.attempt), undefined);
        };
        const fail = (task: NodeTask, code: ErrorCode): void => {
          held.delete(task.taskId);
          isFatal ||= board.fail(task.taskId, task.attempt, error(code), nowMs) === 'fatal';
        };
        send(board.start());
        for (const next of all) {
          if (isFatal) return;
          const tasks = [...held.values()];
          if (next.do === 'finish' && tasks.length > 0) finish(tasks[next.pick % tasks.length]!);
          else if (next.do === 'fail' && tasks.length > 0) fail(tasks[next.pick % tasks.length]!, next.code);
          else if (next.do === 'lose') {
            lost.add(next.node);
            for (const task of tasks) if (task.node === next.node) fail(task, 'NODE_LOST');
            if (!isFatal) board.lose(next.node, error('NODE_LOST'));
          } else if (next.do === 'regain') {
            lost.delete(next.node);
            board.regain(next.node, nowMs);
          } else if (next.do === 'wait') nowMs += next.ms;
          if (!isFatal) send(board.takeDue(nowMs));
        }
        // Then all is well.
        lost.clear();
        if (isFatal) return;
        for (let rounds = 0; !board.isDone; rounds++) {
          if (rounds > 1000) throw new Error('it never ends');
          for (const node of [0, 1, 2, 3]) board.regain(node, nowMs);
          nowMs += 10_000;
          send(board.takeDue(nowMs));
          for (const task of held.values()) finish(task);
        }
        t.deepEqual(
          done.toSorted((a, b) => a - b),
          [...replicas.keys()],
        );
      },
    ),
    { numRuns: Number(process.env['DRILL_PROPERTY_RUNS'] ?? 500) },
  );
});
