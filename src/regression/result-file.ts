import * as z from 'zod';
import { DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';

/**
 * The kinds of measurement, which are never mixed. Virtual: durations and counts in virtual time; counted: what a real run
 * asked of nodes, repository and file system. Both are exact, so that any difference is a change of behaviour. Wall: what a
 * clock says, noisy, and compared only in pairs that ran side by side.
 */
export const KINDS = ['virtual', 'counted', 'wall'] as const;
export type Kind = (typeof KINDS)[number];

/** What a number can be split by, to say what a difference is made of. */
export const DIMENSIONS = ['state', 'cause', 'operation', 'node'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const about = <T extends z.ZodType>(schema: T, text: string): T => schema.describe(text);

/** In one form, so that their order as texts is that in time. */
const instant = z.iso.datetime({ precision: 3 }).describe('ISO 8601, in UTC, with milliseconds.');

const parts = z.record(z.string(), z.number());

/** Ranks of more would take longer than anyone waits. */
const MOST_SAMPLES = 1000;

const benchmark = z.strictObject({
  name: about(z.string().min(1), 'Unique in the file: `scenario/what` or `suite/case`.'),
  kind: z.enum(KINDS),
  unit: about(z.string(), 'Of value and samples: ms, operations, bytes, calls, MB/s and so on.'),
  better: about(z.enum(['smaller', 'bigger']), 'Which way is better.'),
  value: about(z.number(), 'Exact kinds: the number itself. Wall: the median of the samples.'),
  samples: about(
    z.array(z.number().positive()).min(1).max(MOST_SAMPLES).optional(),
    'Wall only: one a round, each of a process of its own. The i-th of two files of one session are a pair.',
  ),
  parts: about(
    z.partialRecord(z.enum(DIMENSIONS), parts).optional(),
    'Exact kinds: what the value is made of, by state, cause, operation and node.',
  ),
  revision: about(
    z.number().int().optional(),
    'Which form of the benchmark it was: one that measures something else than before has another.',
  ),
});

const commit = z.strictObject({
  id: z.string(),
  subject: z.string(),
  committedAt: instant,
  dirty: about(z.boolean(), 'Whether the tree had changes that are not in the commit.'),
});

const resultFile = z.strictObject({
  format: z.literal('backup-drill-benchmarks'),
  formatVersion: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  createdAt: instant,
  command: about(z.string(), 'What makes it again.'),
  commit: commit.optional(),
  machine: z
    .strictObject({ cpu: z.string(), cores: z.number(), node: z.string(), platform: z.string() })
    .optional(),
  session: about(
    z.string().optional(),
    'Two files of one session were measured side by side, in turns, on one machine.',
  ),
  side: about(z.enum(['base', 'head']).optional(), 'Which of the two of its session it is.'),
  benchmarks: z.array(benchmark),
});

export type Benchmark = z.infer<typeof benchmark>;
export type ResultFile = z.infer<typeof resultFile>;
export type Commit = z.infer<typeof commit>;

/** A file with the benchmarks of some kinds only; of all where none are given. */
export const onlyKinds = (file: ResultFile, kinds: readonly Kind[] | undefined): ResultFile =>
  kinds ? { ...file, benchmarks: file.benchmarks.filter(({ kind }) => kinds.includes(kind)) } : file;

/** `AMD EPYC, 2 cores, Node 22.1.0`. */
export const machineWords = ({ cpu, cores, node }: NonNullable<ResultFile['machine']>): string =>
  `${cpu}, ${plural(cores, 'core')}, Node ${node}`;

/** The JSON Schema of result files. */
export const resultFileJsonSchema = (): object => z.toJSONSchema(resultFile);

/**
 * Reads a result file; `source` is its name in messages. Throws BENCHMARKS_UNREADABLE for what is none, and for two benchmarks
 * of one name.
 */
export function parseResultFile(text: string, source: string): ResultFile {
  let json: unknown;
  try {
    // Some editors begin a file with a mark of its byte order.
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw unreadable(source, `it is not JSON: ${(error as Error).message}`);
  }
  const { format, formatVersion } = (json ?? {}) as Partial<Record<string, unknown>>;
  if (format !== 'backup-drill-benchmarks') throw unreadable(source, 'it is not a file of benchmark results');
  if (formatVersion !== 1)
    throw unreadable(source, `its format is version ${String(formatVersion)}, and 1 is known`);
  const parsed = resultFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(source, `${issue!.path.join('.')}: ${issue!.message}`);
  }
  requireUniqueNames(parsed.data, source);
  return parsed.data;
}

function requireUniqueNames({ benchmarks }: ResultFile, source: string): void {
  const names = new Set<string>();
  for (const { name } of benchmarks) {
    if (names.has(name)) throw unreadable(source, `it has two benchmarks named ${name}`);
    names.add(name);
  }
}

const unreadable = (source: string, why: string): DrillError =>
  new DrillError('BENCHMARKS_UNREADABLE', `${source} cannot be read: ${why}`, {
    hint: 'drill bench --output FILE writes such files',
  });
