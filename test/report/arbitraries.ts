import * as fc from 'fast-check';
import type {
  DrillReport,
  NodeResult,
  RestoreReport,
  RunResult,
  StateSpan,
  VariantReport,
} from '../../src/world/result.js';

/** Names that try to break out of wherever they are put. */
export const hostileText = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    ']]></svg><b>',
    '\u001b[31mred\u001b[0m',
    'a | b\n| c',
    '`code`',
    '漢字テーブル',
    '\u202eevil',
  ),
);

const amount = fc.oneof(fc.constant(0), fc.nat(), fc.integer({ min: 0, max: 2 ** 50 }));
/** Milliseconds: none, or no less than a clock can tell. */
const duration = fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1e10, noNaN: true }));

const node: fc.Arbitrary<NodeResult> = fc.record({
  name: hostileText,
  workers: fc.integer({ min: 1, max: 8 }),
  shards: fc.nat(),
  files: fc.nat(),
  sizeBytes: amount,
  startMs: duration,
  endMs: duration,
  busyMs: duration,
});

const states: fc.Arbitrary<StateSpan[]> = fc.array(
  fc.record({
    state: fc.constantFrom('PENDING', 'SNAPSHOTING', 'UPLOADING', 'SAVE_META', 'ODD'),
    startMs: duration,
    durationMs: duration,
  }),
  { maxLength: 7 },
);

export const runs = (kind: 'backup' | 'restore', world: 'real' | 'virtual'): fc.Arbitrary<RunResult> =>
  fc.record({
    world: fc.constant(world),
    kind: fc.constant(kind),
    statement: hostileText,
    job: fc.oneof(
      fc.record({
        id: fc.nat(),
        label: hostileText,
        database: hostileText,
        state: fc.constant('FINISHED' as const),
        skippedTables: fc.array(hostileText, { maxLength: 3 }),
      }),
      fc.record({
        id: fc.nat(),
        label: hostileText,
        database: hostileText,
        state: fc.constant('CANCELLED' as const),
        error: fc.record({
          code: fc.constant('DISK_FULL' as const),
          message: hostileText,
          hint: hostileText,
        }),
        skippedTables: fc.constant([]),
      }),
    ),
    totals: fc.record({
      durationMs: duration,
      shards: fc.nat(),
      files: fc.nat(),
      sizeBytes: amount,
      movedFiles: fc.nat(),
      movedBytes: amount,
      skippedFiles: fc.nat(),
      requests: fc.nat(),
      manifestBytes: amount,
    }),
    states,
    nodes: fc.array(node, { maxLength: 20 }),
    throughput: fc.record({
      bucketMs: fc.integer({ min: 1, max: 1e6 }),
      bytes: fc.array(amount, { maxLength: 30 }),
    }),
    timeline: fc.record({
      bucketMs: fc.integer({ min: 1, max: 1e6 }),
      nodes: fc.array(
        fc.record({
          name: hostileText,
          busy: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        }),
        { maxLength: 5 },
      ),
    }),
  });

const restores: fc.Arbitrary<RestoreReport> = fc.record({
  run: runs('restore', 'real'),
  targetNodes: fc.nat({ max: 50 }),
  verifiedFiles: fc.nat(),
  verifiedBytes: amount,
  problems: fc.array(hostileText, { maxLength: 3 }),
  comparedFiles: fc.nat(),
  comparedBytes: amount,
  differences: fc.array(hostileText, { maxLength: 3 }),
});

const variants: fc.Arbitrary<VariantReport> = fc.record(
  {
    name: hostileText,
    nodes: fc.nat({ max: 2000 }),
    predicted: runs('backup', 'virtual'),
    measured: runs('backup', 'real'),
    restore: restores,
  },
  { requiredKeys: ['name', 'nodes', 'predicted'] },
);

/** Any report that has the right shape, whether or not its figures make sense. */
export const reports: fc.Arbitrary<DrillReport> = fc.record(
  {
    tool: fc.constant({ name: 'backup-drill' as const, version: '0.1.0' }),
    scenario: fc.record(
      {
        name: hostileText,
        description: hostileText,
        file: hostileText,
        seed: hostileText,
        digest: fc.constant('0123456789abcdef'),
        preset: fc.constant('tuned'),
        windowMs: duration,
      },
      { requiredKeys: ['name', 'description', 'file', 'seed', 'digest', 'preset'] },
    ),
    command: hostileText,
    machine: fc.record({
      cpu: hostileText,
      cores: fc.nat({ max: 64 }),
      node: hostileText,
      platform: hostileText,
    }),
    variants: fc.array(variants, { maxLength: 4 }),
  },
  { requiredKeys: ['tool', 'scenario', 'command', 'variants'] },
);
