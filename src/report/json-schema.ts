import * as z from 'zod';
import { CAUSES } from '../world/outlook.js';

/** JSON has no Infinity: what never ends, or nobody knows, is null there. */
const msOrNever = z.number().nullable();
const ms = z.number();
const count = z.number();
const share = z.number().min(0).max(1);

const about = <T extends z.ZodType>(schema: T, text: string): T => schema.describe(text);

const error = z.strictObject({
  code: about(z.string(), 'Stable: docs/errors.md lists them.'),
  message: z.string(),
  hint: z.string().optional(),
  place: z.strictObject({ source: z.string().optional(), line: z.number(), column: z.number() }).optional(),
  frame: z.string().optional(),
});

const incident = z.strictObject({
  atMs: ms,
  what: z.enum(['retry', 'failover', 'hand-over', 'node-lost', 'node-back', 'coordinator-restart']),
  node: z.string().optional(),
  to: about(z.string().optional(), 'The node that took over.'),
  shards: about(count.optional(), 'How many of them were moved.'),
  text: z.string(),
});

const limits = z.strictObject({
  bytesPerSec: z.number().optional(),
  requestsPerSec: z.number().optional(),
  transfers: count.optional(),
});

const jobLimits = z.strictObject({ job: limits, node: limits });

const run = z.strictObject({
  world: z.enum(['real', 'virtual']),
  kind: z.enum(['backup', 'restore']),
  statement: z.string(),
  job: z.strictObject({
    id: z.number(),
    label: z.string(),
    database: z.string(),
    state: z.enum(['FINISHED', 'CANCELLED']),
    error: error.optional(),
    skippedTables: z.array(z.string()),
    limits: about(
      jobLimits.optional(),
      'What it could do at most when it began: all nodes together, and each.',
    ),
    limitChanges: about(
      z.array(z.strictObject({ atMs: ms, limits: jobLimits })).optional(),
      'What it could do from then on, where that was changed while it ran.',
    ),
    restarts: z.number().optional(),
    isRecalled: z.literal(true).optional(),
  }),
  totals: z.strictObject({
    durationMs: ms,
    shards: count,
    files: count,
    sizeBytes: count,
    movedFiles: about(count, 'Sent in this run.'),
    movedBytes: count,
    skippedFiles: about(count, 'Already there, with the right checksum.'),
    requests: about(count, 'To the repository, manifests included.'),
    manifestBytes: count,
  }),
  states: z.array(z.strictObject({ state: z.string(), startMs: ms, durationMs: ms })),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      workers: count,
      shards: count,
      files: count,
      sizeBytes: count,
      startMs: ms,
      endMs: ms,
      busyMs: about(ms, 'Worker time spent on transfers.'),
    }),
  ),
  throughput: about(
    z.strictObject({ bucketMs: ms, bytes: z.array(count) }),
    'Bytes moved in equal buckets of time.',
  ),
  timeline: about(
    z.strictObject({
      bucketMs: ms,
      nodes: z.array(z.strictObject({ name: z.string(), busy: z.array(share) })),
    }),
    'Share of the workers of the nodes that ended last that were busy, in equal buckets of time.',
  ),
  incidents: about(z.array(incident).optional(), 'What went wrong and was got over, in the order of time.'),
});

const estimate = about(
  z.strictObject({ value: msOrNever, low: msOrNever, high: msOrNever }),
  'From repeated runs, with an interval that holds the true value at the confidence of the forecast.',
);

const causeTimes = z.strictObject(
  Object.fromEntries(CAUSES.map((cause) => [cause, ms])) as Record<(typeof CAUSES)[number], typeof ms>,
);

const forecast = z.strictObject({
  runs: count,
  stopped: z.enum(['narrow', 'limit', 'exact']),
  confidence: share,
  wanted: about(share, 'The chance to fit the window that was asked for.'),
  durationsMs: about(z.array(msOrNever), 'In the order of the seeds; null where the job was cancelled.'),
  p50Ms: estimate,
  p90Ms: estimate,
  p95Ms: estimate,
  p99Ms: estimate,
  fits: estimate.optional(),
  finishes: estimate,
  causeMs: about(causeTimes, 'Means over the runs: they sum to the mean duration.'),
  criticalNodes: z.array(z.strictObject({ name: z.string(), share })),
});

const gain = z.strictObject({
  knob: z.string(),
  label: z.string(),
  from: z.string(),
  to: z.string(),
  gainMs: about(msOrNever, 'Null where the job is cancelled without it.'),
  mostMs: msOrNever.optional(),
});

const outlook = z.strictObject({
  forecast,
  findings: z.array(
    z.strictObject({
      id: z.string(),
      severity: z.enum(['note', 'warning', 'problem']),
      message: z.string(),
      hint: z.string().optional(),
      numbers: z.record(z.string(), z.number().nullable()),
    }),
  ),
  advice: z.strictObject({ baseMs: ms, gains: z.array(gain), besides: z.array(gain) }).optional(),
  fit: z
    .strictObject({
      knob: z.string(),
      windowMs: ms,
      confidence: share,
      found: z.strictObject({ value: z.string(), forecast }).optional(),
      tried: z.array(z.strictObject({ value: z.string(), p50Ms: msOrNever, fits: estimate })),
      why: z.string().optional(),
    })
    .optional(),
});

const restore = z.strictObject({
  run,
  targetNodes: count,
  verifiedFiles: count,
  verifiedBytes: count,
  problems: z.array(z.string()),
  comparedFiles: count,
  comparedBytes: count,
  differences: z.array(z.string()),
});

/** The last line that `drill run --json` and `drill plan --json` print. Times are milliseconds, sizes bytes. */
export const reportSchema = z.strictObject({
  type: z.literal('report'),
  tool: z.strictObject({ name: z.literal('backup-drill'), version: z.string() }),
  scenario: z.strictObject({
    name: z.string(),
    description: z.string(),
    file: z.string(),
    seed: z.string(),
    digest: z.string(),
    preset: z.string(),
    windowMs: ms.optional(),
    faultsLeftOut: about(count.optional(), 'Faults of the scenario that a real run knew nothing of.'),
  }),
  hardware: z.strictObject({ file: z.string(), about: z.string() }).optional(),
  command: about(z.string(), 'Gives this result again.'),
  machine: about(
    z.strictObject({ cpu: z.string(), cores: count, node: z.string(), platform: z.string() }).optional(),
    'Of real runs only: a plan is the same on any machine.',
  ),
  variants: z.array(
    z.strictObject({
      name: about(z.string(), 'Empty where there is one variant only.'),
      nodes: count,
      faults: about(z.array(z.string()).optional(), 'What goes wrong in the prediction, in words.'),
      predicted: run,
      outlook: about(outlook.optional(), 'What a plan says beyond its one run.'),
      measured: run.optional(),
      restore: restore.optional(),
    }),
  ),
});

/** The JSON Schema of reports, for whoever reads them with other tools. */
export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema, { io: 'input' });
