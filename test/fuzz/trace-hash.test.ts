import test from 'ava';
import { TraceHash } from '../../src/fuzz/trace-hash.js';
import type { Seen } from '../../src/world/virtual/witness.js';
import { begun, did, journal, stored, upload } from './trace.js';

function hashOf(trace: readonly Seen[]): string {
  const hash = new TraceHash();
  for (const seen of trace) hash.see(seen);
  return hash.hash.join('/');
}

const trace: readonly Seen[] = [
  journal(stored('PENDING'), 0.1),
  begun(upload(), 1),
  did(upload(), { op: 'hash', shard: 0, file: 1 }, 17, 2),
  { kind: 'request', atMs: 3, by: 0 },
];

test('the same trace has the same hash', (t) => {
  t.is(hashOf(trace), hashOf(structuredClone(trace)));
});

test('another time, answer, order or asker has another one', (t) => {
  const others: readonly (readonly Seen[])[] = [
    [journal(stored('PENDING'), 0.1000001), ...trace.slice(1)],
    [...trace.slice(0, 2), did(upload(), { op: 'hash', shard: 0, file: 1 }, 18, 2), trace[3]!],
    [trace[1]!, trace[0]!, ...trace.slice(2)],
    [...trace.slice(0, 3), { kind: 'request', atMs: 3, by: 'coordinator' }],
    trace.slice(0, 3),
  ];
  const hashes = new Set([trace, ...others].map(hashOf));
  t.is(hashes.size, others.length + 1);
});
