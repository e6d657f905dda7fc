import test from 'ava';
import { simulate } from '../../../src/planner/index.js';
import { Flows } from '../../../src/world/virtual/flows.js';
import { TransferNotes } from '../../../src/world/virtual/transfer-notes.js';
import { engine, LIMITS, nodes, olapTable, scenario } from '../../fixtures/scenarios.js';

/** What a method of a class is called with while `run` runs. */
function callsOf(owner: object, method: string, run: () => void): unknown[][] {
  const calls: unknown[][] = [];
  const known = Object.getOwnPropertyDescriptor(owner, method)!;
  const original = known.value as (...args: unknown[]) => unknown;
  Object.defineProperty(owner, method, {
    ...known,
    value(this: unknown, ...args: unknown[]): unknown {
      calls.push(args);
      return Reflect.apply(original, this, args);
    },
  });
  try {
    run();
  } finally {
    Object.defineProperty(owner, method, known);
  }
  return calls;
}

test.serial(
  'of a large job files are noted rarely: never so often that it would be most of the work',
  (t) => {
    const sizeBytes = { kind: 'uniform', min: 1e6, max: 64e6 } as const;
    const table = olapTable('example_tbl', { partitions: 1, buckets: 1000, files: 4, sizeBytes });
    const spec = scenario({
      cluster: nodes(300),
      repository: {
        ...scenario().repository,
        limits: { ...LIMITS, bandwidthBytesPerSec: 100e6 },
      },
      databases: [{ name: 'example_db', tables: [table] }],
      engine: engine('tuned', { uploadWorkers: 3 }),
    });
    let operations = 0;
    const looked = callsOf(Flows.prototype, 'leftOf', () => {
      const taken = callsOf(TransferNotes.prototype, 'take', () => void simulate(spec));
      t.true(taken.length > 300);
      operations = taken.at(-1)![0] as number;
    });
    t.true(looked.length > 50_000);
    t.true(looked.length <= 200_000 + operations / 8, `${looked.length} after ${operations} operations`);
  },
);
