import fc from 'fast-check';
import { CAUSES, type Cause, type Estimate, type Forecast, type Outlook } from '../../src/world/outlook.js';
import type {
  DrillReport,
  Incident,
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

const incidents = few(
  fc.record(
    {
      atMs: duration,
      what: fc.constantFrom<Incident['what']>(
        'retry',
        'failover',
        'hand-over',
        'node-lost',
        'node-back',
        'coordinator-restart',
      ),
      node: text,
      to: text,
      shards: count,
      text,
    },
    { requiredKeys: ['atMs', 'what', 'text'] },
  ),
  60,
);

/** A run in which things went wrong, or none did. */
const run = (world: RunResult['world'], kind: RunResult['kind']): fc.Arbitrary<RunResult> =>
  fc
    .tuple(calmRun(world, kind), fc.option(incidents, { nil: undefined }))
    .map(([calm, overcome]) => (overcome ? { ...calm, incidents: overcome } : calm));

const calmRun = (world: RunResult['world'], kind: RunResult['kind']): fc.Arbitrary<RunResult> =>
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

const chance = fc.double({ min: 0, max: 1, noNaN: true });
/** JSON has null for what never ends. */
const durationOrNever = fc.oneof(
  duration,
  duration,
  fc.constant(Infinity),
  fc.constant(null as unknown as number),
);

const estimate = (value: fc.Arbitrary<number>): fc.Arbitrary<Estimate> =>
  fc.record({ value, low: value, high: value });

const causeTimes = fc.record(
  Object.fromEntries(CAUSES.map((cause) => [cause, duration])) as Record<Cause, typeof duration>,
);

const forecast: fc.Arbitrary<Forecast> = fc.record(
  {
    runs: fc.integer({ min: 1, max: 1000 }),
    stopped: fc.constantFrom('narrow' as const, 'limit' as const, 'exact' as const),
    confidence: fc.constant(0.95),
    wanted: chance,
    durationsMs: fc.array(durationOrNever, { minLength: 1, maxLength: 12 }),
    p50Ms: estimate(durationOrNever),
    p90Ms: estimate(durationOrNever),
    p95Ms: estimate(durationOrNever),
    p99Ms: estimate(durationOrNever),
    fits: estimate(chance),
    finishes: estimate(fc.oneof(chance, fc.constantFrom(0, 1))),
    causeMs: causeTimes,
    criticalNodes: few(fc.record({ name: text, share: chance })),
  },
  {
    requiredKeys: [
      ...([
        'runs',
        'stopped',
        'confidence',
        'wanted',
        'durationsMs',
        'p50Ms',
        'p90Ms',
        'p95Ms',
        'p99Ms',
      ] as const),
      ...(['finishes', 'causeMs', 'criticalNodes'] as const),
    ],
  },
);

const gains = few(
  fc.record(
    {
      knob: text,
      label: text,
      from: text,
      to: text,
      gainMs: fc.oneof(
        durationOrNever,
        duration.map((ms) => -ms),
      ),
      mostMs: durationOrNever,
    },
    { requiredKeys: ['knob', 'label', 'from', 'to', 'gainMs'] },
  ),
  16,
);

const outlook: fc.Arbitrary<Outlook> = fc.record(
  {
    forecast,
    findings: few(
      fc.record(
        {
          id: text,
          severity: fc.constantFrom('note' as const, 'warning' as const, 'problem' as const),
          message: text,
          hint: text,
          numbers: fc.constant({}),
        },
        { requiredKeys: ['id', 'severity', 'message', 'numbers'] },
      ),
    ),
    advice: fc.record({ baseMs: duration, gains, besides: gains }),
    fit: fc.record(
      {
        knob: fc.oneof(text, fc.constantFrom('cluster.nodes', 'repository.bandwidth')),
        windowMs: duration,
        confidence: chance,
        found: fc.record({ value: fc.oneof(text, fc.constantFrom('1', '12')), forecast }),
        tried: few(fc.record({ value: text, p50Ms: durationOrNever, fits: estimate(chance) })),
        why: text,
      },
      { requiredKeys: ['knob', 'windowMs', 'confidence', 'tried'] },
    ),
  },
  { requiredKeys: ['forecast', 'findings'] },
);

const variant: fc.Arbitrary<VariantReport> = fc.record(
  {
    name: fc.oneof(text, fc.constantFrom('cluster.nodes = 1', 'cluster.nodes = 2', 'nodes = 2')),
    nodes: count,
    faults: few(text, 10),
    predicted: run('virtual', 'backup'),
    outlook,
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
        faultsLeftOut: fc.nat({ max: 1000 }),
      },
      { requiredKeys: ['name', 'description', 'file', 'seed', 'digest', 'preset'] },
    ),
    command: text,
    machine: fc.record({ cpu: text, cores: fc.nat(128), node: text, platform: text }),
    variants: few(variant, 3),
  },
  { requiredKeys: ['tool', 'scenario', 'command', 'variants'] },
);
