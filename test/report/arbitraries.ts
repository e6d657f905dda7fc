import fc from 'fast-check';
import type {
  DrillReport,
  NodeResult,
  RestoreReport,
  RunResult,
  VariantReport,
} from '../../src/world/result.js';

/** Names that would do harm where they are not escaped. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></svg><b>',
  '<!-- ', // the beginning of a comment
  '&lt;&amp;&#60;',
  ']]><x>',
  'a|b `c` *d* [e](javascript:alert(1)) ~f~ \\',
  '\u001b[31mred\u001b[2J\u0007',
  'two\nlines\r\nthree\tfour',
  '\u202egpj.exe',
  '\ud800 half',
  '表名🚀',
  'e\u0301',
  '{a} {b|c} {c0}',
  '#01a003 zr0-c0 url(#zr0-c0) $& $1',
  '__proto__',
  'constructor = 1',
  'toString',
  '',
  ' ',
  'x'.repeat(300),
  'very long words '.repeat(30),
];

const text = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.constantFrom('be-1', 'example_db', 'UPLOADING'));

/** Milliseconds: also none, fractions, and more than anybody will wait, but no less than a clock can tell. */
const duration = fc.oneof(
  fc.constant(0),
  fc.nat(5000),
  fc.double({ min: 1e-4, max: 1e10, noNaN: true }),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const count = fc.oneof(fc.constant(0), fc.nat(100_000), fc.constant(Number.MAX_SAFE_INTEGER));
const size = fc.oneof(fc.constant(0), fc.nat(), fc.constantFrom(1e15, Number.MAX_SAFE_INTEGER));
const few = <T>(items: fc.Arbitrary<T>, most = 4): fc.Arbitrary<T[]> => fc.array(items, { maxLength: most });

const node: fc.Arbitrary<NodeResult> = fc.record({
  name: text,
  workers: fc.integer({
    min: 0,
    max: 16,
  }),
  shards: count,
  files: count,
  sizeBytes: size,
  startMs: duration,
  endMs: duration,
  busyMs: duration,
});

const error = fc.record(
  {
    code: fc.constantFrom('DISK_FULL' as const, 'INTERNAL' as const),
    message: text,
    hint: text,
    frame: text,
  },
  { requiredKeys: ['code', 'message'] },
);

const job: fc.Arbitrary<RunResult['job']> = fc
  .record({
    id: fc.nat(),
    label: text,
    database: text,
    skippedTables: few(text),
    state: fc.constantFrom('FINISHED' as const, 'FINISHED' as const, 'CANCELLED' as const),
    error: fc.option(error, { nil: undefined }),
  })
  .map(({ error: why, ...rest }) =>
    why !== undefined && rest.state === 'CANCELLED' ? { ...rest, error: why } : rest,
  );

const states = few(
  fc.record({
    state: fc.oneof(fc.constantFrom('PENDING', 'UPLOADING', 'SAVE_META'), text),
    startMs: duration,
    durationMs: duration,
  }),
  8,
);

const run = (world: RunResult['world'], kind: RunResult['kind']): fc.Arbitrary<RunResult> =>
  fc.record({
    world: fc.constant(world),
    kind: fc.constant(kind),
    statement: text,
    job,
    states,
    totals: fc.record({
      durationMs: duration,
      shards: count,
      files: count,
      sizeBytes: size,
      movedFiles: count,
      movedBytes: size,
      skippedFiles: count,
      requests: count,
      manifestBytes: size,
    }),
    nodes: few(node, 16),
    throughput: fc.record({
      bucketMs: duration,
      bytes: few(size, 8),
    }),
    timeline: fc.record({
      bucketMs: duration,
      nodes: few(
        fc.record({
          name: text,
          busy: few(
            fc.double({
              min: 0,
              max: 1,
              noNaN: true,
            }),
            8,
          ),
        }),
      ),
    }),
  });

const restore: fc.Arbitrary<RestoreReport> = fc.record({
  run: run('real', 'restore'),
  targetNodes: count,
  verifiedFiles: count,
  verifiedBytes: size,
  problems: few(text),
  comparedFiles: count,
  comparedBytes: size,
  differences: few(text, 12),
});

const variant: fc.Arbitrary<VariantReport> = fc.record(
  {
    name: fc.oneof(text, fc.constantFrom('cluster.nodes = 1', 'cluster.nodes = 2', 'nodes = 2')),
    nodes: count,
    predicted: run('virtual', 'backup'),
    measured: run('real', 'backup'),
    restore,
  },
  { requiredKeys: ['name', 'nodes', 'predicted'] },
);

/** Any report that keeps to the types: also those that no drill would give. */
export const reports: fc.Arbitrary<DrillReport> = fc.record(
  {
    tool: fc.record({ name: fc.constant('backup-drill' as const), version: text }),
    scenario: fc.record(
      {
        name: text,
        description: text,
        file: text,
        seed: text,
        digest: text,
        preset: text,
        windowMs: duration,
      },
      { requiredKeys: ['name', 'description', 'file', 'seed', 'digest', 'preset'] },
    ),
    command: text,
    machine: fc.record({ cpu: text, cores: fc.nat(128), node: text, platform: text }),
    variants: few(variant, 3),
  },
  { requiredKeys: ['tool', 'scenario', 'command', 'variants'] },
);
