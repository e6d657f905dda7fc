import test from 'ava';
import type { BackupSpec } from '../../src/fuzz/fuzz-case.js';
import { verdictOn } from '../../src/fuzz/must-finish.js';
import type { Fault } from '../../src/world/faults.js';
import { engine, olapTable } from '../fixtures/scenarios.js';
import { ALL, sceneFor } from './trace.js';

const shard = { database: 'example_db', table: 't', partition: 'p1', index: 't', bucket: 0 };
const gone = (node: number): Fault => ({ kind: 'replica-gone', node, shard, atMs: 0 });
const corrupt = (node: number): Fault => ({ kind: 'file-corrupt', node, shard, file: 0, atMs: 0 });
const lost = (node: number): Fault => ({ kind: 'node-crash', node, atMs: 0, downMs: 1, disk: 'lost' });

const tuned = sceneFor();
const plain = sceneFor({ engine: engine('doris') });

test('with one fit replica left, a backup that fails over finishes', (t) => {
  for (const begun of [[], [gone(0)], [corrupt(1)], [lost(1)]])
    t.is(verdictOn(tuned, ALL, begun), 'finishes');
});

test('with none left, or without failover, it need not', (t) => {
  t.is(verdictOn(tuned, ALL, [gone(0), corrupt(1)]), 'either');
  t.is(verdictOn(plain, ALL, [gone(0)]), 'either');
  t.is(verdictOn(plain, ALL, [corrupt(0)]), 'finishes');
});

test('it needs tries enough to come to the fit replica', (t) => {
  const hasty = sceneFor({ engine: engine('tuned', { maxTaskAttempts: 1 }) });
  t.is(verdictOn(hasty, ALL, [gone(0)]), 'either');
  t.is(verdictOn(hasty, ALL, []), 'finishes');
});

test('a replica of which the catalog knows that it is unfit is not tried', (t) => {
  const known = sceneFor(
    { engine: engine('doris') },
    { brokenReplicas: [{ shard: 0, replica: 0, why: 'behind' }] },
  );
  t.is(verdictOn(known, ALL, []), 'finishes');
});

test('a table that cannot be backed up is refused where the engine is told to', (t) => {
  const foreign = { ...olapTable('m'), type: 'MYSQL' as const, partitions: [] };
  const databases = [{ name: 'example_db', tables: [olapTable('t'), foreign] }];
  const strict = sceneFor({ databases, engine: engine('tuned', { unsupportedTables: 'refuse' }) });
  const without: BackupSpec = { ...ALL, selected: { kind: 'exclude', tables: [{ table: 'm' }] } };
  t.is(verdictOn(strict, ALL, []), 'refused');
  t.is(verdictOn(strict, without, []), 'finishes');
  t.is(verdictOn(sceneFor({ databases }), ALL, []), 'finishes');
});

test('a statement that names a dropped table may be refused', (t) => {
  const dropped: Fault = { kind: 'table-dropped', atMs: 0, database: 'example_db', table: 't' };
  const named: BackupSpec = { ...ALL, selected: { kind: 'on', tables: [{ table: 't' }] } };
  t.is(verdictOn(tuned, named, [dropped]), 'either');
  t.is(verdictOn(tuned, ALL, [dropped, gone(0), gone(1)]), 'finishes');
});
