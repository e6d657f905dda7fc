import test from 'ava';
import * as fc from 'fast-check';
import type { ErrorCode } from '../../src/base/error-codes.js';
import { isEnded, type Command } from '../../src/job/index.js';
import { backup, Driver, error, planOn, settings, tasksIn } from './driver.js';

type Move =
  | { readonly do: 'finish'; readonly pick: number }
  | { readonly do: 'fail'; readonly pick: number; readonly code: ErrorCode }
  | { readonly do: 'lose' | 'bring back'; readonly node: number }
  | { readonly do: 'wait'; readonly ms: number };

const NODES = 4;
const node = fc.nat(NODES - 1);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      pick: fc.nat(),
      code: fc.constantFrom<ErrorCode>('SOURCE_CORRUPT', 'TASK_FAILED', 'STORAGE_FAILED', 'TASK_LOST'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'bring back' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5000) }) },
);

test('whatever fails and comes back: who was sent a task of a job is told to drop what it holds when that is cancelled', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(node, { minLength: 1, maxLength: NODES }), { minLength: 1, maxLength: 2 }),
      fc.record({ handOver: fc.boolean(), maxTaskAttempts: fc.integer({ min: 1, max: 3 }) }),
      fc.array(move, { maxLength: 40, size: 'max' }),
      (holders, changes, moves) => {
        const engine = settings({ failover: true, batching: { by: 'shards', count: 1 }, ...changes });
        const driver = new Driver(backup(engine), engine);
        const lost = new Set<number>();
        driver.replicas = (shard, orLater = false) =>
          holders[shard - 100]!.filter((holder) => orLater || !lost.has(holder));
        driver.tick(0);
        driver.tell({ kind: 'planned', plan: planOn(holders.map(([first]) => first!)) });
        for (const next of moves) {
          if (driver.job.state !== 'SNAPSHOTING' && driver.job.state !== 'UPLOADING') break;
          const tasks = driver.sent;
          if (next.do === 'finish') driver.finish(tasks[next.pick % tasks.length]!);
          else if (next.do === 'fail') driver.fail(tasks[next.pick % tasks.length]!, error(next.code));
          else if (next.do === 'wait') driver.tick(driver.nowMs + next.ms);
          else if (next.do === 'lose') {
            lost.add(next.node);
            driver.tell({ kind: 'node-lost', node: next.node });
          } else {
            lost.delete(next.node);
            driver.tell({ kind: 'node-back', node: next.node });
          }
        }
        if (!isEnded(driver.job)) driver.tell({ kind: 'cancel', error: error('JOB_CANCELLED') });
        const told = new Set(driver.commands.flatMap(nodesReleased));
        for (const task of tasksIn(driver.commands)) t.true(told.has(task.node), `node ${task.node}`);
      },
    ),
    { numRuns: Number(process.env['DRILL_PROPERTY_RUNS'] ?? 15_000) },
  );
});

const nodesReleased = (command: Command): readonly number[] =>
  command.kind === 'release' ? command.nodes : [];
