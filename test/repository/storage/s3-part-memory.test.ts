import test from 'ava';
import { partMemory } from '../../../src/repository/storage/s3/part-memory.js';
import { MIB } from '../storage-s3.js';

test('what is given back is taken again, the smallest that is large enough', (t) => {
  const memory = partMemory();
  const [small, large] = [memory.take(10), memory.take(100)];
  t.not(small.buffer, large.buffer, 'what is in use is nobody else’s');
  memory.give(large);
  memory.give(small);
  t.is(memory.take(11), large);
  t.is(memory.take(1), small);
  t.is(memory.take(5).length, 5);
});

test('no more is kept than a few parts of the usual size', (t) => {
  const memory = partMemory();
  const parts = Array.from({ length: 6 }, () => memory.take(8 * MIB));
  for (const part of parts) memory.give(part);
  const again = Array.from({ length: 6 }, () => memory.take(8 * MIB));
  t.is(again.filter((part) => parts.includes(part)).length, 4);
});
