import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import type { Incident } from '../../src/job/index.js';
import { incidentsOf } from '../../src/world/incidents.js';

const CONTEXT = { createdAtMs: 1000, nodeNames: ['be-1', 'be-2', 'be-3'] };
const LOST = new DrillError('NODE_LOST', 'node 1 was lost').toJSON();
const FAILED = new DrillError('TASK_FAILED', 'be-2 has no replica of shard 2\nat all').toJSON();

const textsOf = (incidents: readonly Incident[]): readonly string[] =>
  incidentsOf(incidents, CONTEXT).map(({ text }) => text);

test('each kind is told with the names of nodes, the first line of why, and the time since the statement', (t) => {
  const [retry] = incidentsOf([{ atMs: 3500, kind: 'retry', node: 1, shards: 0, why: FAILED }], CONTEXT);
  t.deepEqual(retry, {
    atMs: 2500,
    what: 'retry',
    node: 'be-2',
    text: 'a task of be-2 is tried again: be-2 has no replica of shard 2',
  });
  t.deepEqual(
    textsOf([
      { atMs: 1, kind: 'retry', node: 1, shards: 0, why: LOST },
      { atMs: 2, kind: 'failover', node: 1, to: 0, shards: 1, why: LOST },
      { atMs: 3, kind: 'failover', node: 1, to: 0, shards: 12, why: FAILED },
      { atMs: 4, kind: 'hand-over', node: 1, to: 2, shards: 2 },
      { atMs: 5, kind: 'node-lost', node: 2, shards: 0, why: LOST },
      { atMs: 6, kind: 'node-back', node: 2, shards: 0 },
      { atMs: 7, kind: 'retry', node: -1, shards: 0 },
    ]),
    [
      'a task of be-2, which is lost, is tried again',
      '1 shard of be-2, which is lost, taken from be-1 instead',
      '12 shards of be-2 taken from be-1 instead: be-2 has no replica of shard 2',
      '2 shards that waited for be-2 handed over to be-3',
      'be-3 is lost',
      'be-3 is back',
      'a task of a node is tried again',
    ],
  );
});

test('what moves from one node to another at once is one move; to others, later, or for another reason it is not', (t) => {
  const move = { atMs: 5, kind: 'failover', node: 1, to: 0, shards: 1, why: LOST } as const;
  const moves = [move, { ...move, to: 2 }, move, { ...move, atMs: 6 }, { ...move, why: FAILED }];
  t.deepEqual(
    incidentsOf(moves, CONTEXT).map(({ to, shards, atMs }) => [to, shards, atMs]),
    [
      ['be-1', 2, -995],
      ['be-3', 1, -995],
      ['be-1', 1, -994],
      ['be-1', 1, -995],
    ],
  );
  const retry = { atMs: 5, kind: 'retry', node: 1, shards: 0 } as const;
  t.is(incidentsOf([retry, retry], CONTEXT).length, 2);
});
