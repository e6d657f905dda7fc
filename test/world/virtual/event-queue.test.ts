import test from 'ava';
import * as fc from 'fast-check';
import { EventQueue } from '../../../src/world/virtual/event-queue.js';

test('events come out by time, and in the order they went in at the same time', (t) => {
  const commands = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.constant('pop' as const)), { maxLength: 1000 });
  fc.assert(
    fc.property(commands, (sequence) => {
      const heap = new EventQueue();
      const model: { time: number; id: number }[] = [];
      sequence.forEach((command, id) => {
        if (command !== 'pop') {
          heap.push(command, id, -id);
          model.push({ time: command, id });
          return;
        }
        const expected = model.toSorted((a, b) => a.time - b.time || a.id - b.id)[0];
        t.is(heap.nextMs, expected?.time ?? Infinity);
        if (!expected) return;
        heap.pop();
        t.is(heap.first, expected.id);
        t.is(heap.second, 0 - expected.id);
        model.splice(model.indexOf(expected), 1);
      });
      t.is(heap.size, model.length);
    }),
    { numRuns: 300 },
  );
});
