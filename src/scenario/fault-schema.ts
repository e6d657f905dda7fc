import * as z from 'zod';
import { listOf } from '../base/text.js';
import { FAULT_KINDS, type FaultKind } from '../world/faults.js';
import { count, jump, keys, moment, nodeName, share, span } from './values.js';

export const MAX_FAULTS = 1000;
const MAX_FACTOR = 10_000;
const MAX_FILE = 1_000_000;
const MAX_STEPS = 1_000_000_000;

/** Of a BACKUP, those that come before its end. */
const STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
] as const;

const at = moment.prefault('0 s').describe('When: a duration from the beginning of the run.');
const lasting = {
  at,
  for: span.optional().describe('For how long; default: to the end of the run.'),
};
const factor = z.number().min(1).max(MAX_FACTOR).describe('How many times as long it takes.');
const node = (what: string) => nodeName.describe(`The node ${what}.`);
const shard = z
  .string()
  .regex(
    /^[^./]+\.[^./]+\.[^./]+\/(?:[^./]+\/)?\d{1,9}$/,
    'must be database.table.partition/index/bucket, as in shop.orders.p1/orders/3',
  )
  .describe(
    'database.table.partition/index/bucket; without the index, of the base table. Buckets count from 0.',
  );
const file = count(0, MAX_FILE).describe("Which of the shard's files; 0 is its header.");
/** Of kinds with nothing to name. */
const nothing = z.null();

const eitherOf = (one: string, other: string) => ({
  check: (input: Readonly<Record<string, unknown>>): boolean =>
    (input[one] === undefined) !== (input[other] === undefined),
  message: `needs either ${one} or ${other}`,
});
const crashTime = eitherOf('at', 'afterSteps');
const cancelTime = eitherOf('at', 'in');

/** Each kind of fault as it is written: the key that names the kind has what is hit, where something is. */
const SCHEMAS = {
  'node-crash': keys({
    'node-crash': node('whose process dies, with all that it is doing'),
    at,
    for: span.optional().describe('For how long it is away; default: it stays away.'),
    disk: z.enum(['kept', 'lost']).default('kept').describe('Whether it is back with its data, or empty.'),
  }).transform(({ 'node-crash': name, ...rest }) => ({ kind: 'node-crash' as const, node: name, ...rest })),
  'node-slow': keys({
    'node-slow': node('on which everything takes longer'),
    factor,
    ...lasting,
  }).transform(({ 'node-slow': name, ...rest }) => ({ kind: 'node-slow' as const, node: name, ...rest })),
  'disk-slow': keys({
    'disk-slow': node('whose disk takes longer for everything'),
    factor,
    ...lasting,
  }).transform(({ 'disk-slow': name, ...rest }) => ({ kind: 'disk-slow' as const, node: name, ...rest })),
  'disk-full': keys({
    'disk-full': node('that can take no snapshots and stage no files'),
    ...lasting,
  }).transform(({ 'disk-full': name, ...rest }) => ({ kind: 'disk-full' as const, node: name, ...rest })),
  'file-unreadable': keys({
    'file-unreadable': node('on whose replica a file cannot be read from then on'),
    shard,
    file,
    at,
  }).transform(({ 'file-unreadable': name, ...rest }) => ({
    kind: 'file-unreadable' as const,
    node: name,
    ...rest,
  })),
  'file-corrupt': keys({
    'file-corrupt': node('on whose replica a file has other bytes than were written'),
    shard,
    file,
    at,
  }).transform(({ 'file-corrupt': name, ...rest }) => ({
    kind: 'file-corrupt' as const,
    node: name,
    ...rest,
  })),
  'replica-gone': keys({
    'replica-gone': node('whose replica loses the version that is to be backed up'),
    shard,
    at,
  }).transform(({ 'replica-gone': name, ...rest }) => ({
    kind: 'replica-gone' as const,
    node: name,
    ...rest,
  })),
  partition: keys({
    partition: node('that is cut off'),
    from: z.enum(['coordinator', 'repository']).describe('From whom.'),
    ...lasting,
  }).transform(({ partition: name, ...rest }) => ({ kind: 'partition' as const, node: name, ...rest })),
  messages: keys({
    messages: nodeName.describe('Between the coordinator and this node, both ways; or all.'),
    lost: share.prefault('0 %').describe('Which share of the messages never arrives.'),
    duplicated: share.prefault('0 %').describe('Which share arrives twice.'),
    late: moment.prefault('0 s').describe('Each is late by up to so much.'),
    ...lasting,
  }).transform(({ messages: name, ...rest }) => ({ kind: 'messages' as const, node: name, ...rest })),
  'repository-failure': keys({
    'repository-failure': z
      .enum(['error', 'slow-down', 'timeout', 'torn'])
      .describe(
        'error: a 5xx before anything was done; slow-down: the same, saying so; timeout: done, and no answer; torn: half of it done.',
      ),
    chance: share.describe('Which share of the requests fails.'),
    of: nodeName.default('all').describe('Whose requests: a node, coordinator or all.'),
    ...lasting,
  }).transform(({ 'repository-failure': failure, ...rest }) => ({
    kind: 'repository-failure' as const,
    failure,
    ...rest,
  })),
  'stale-listing': keys({
    'stale-listing': nothing.describe('Listings tell what was there when it began.'),
    ...lasting,
  }).transform(({ 'stale-listing': _none, ...rest }) => ({ kind: 'stale-listing' as const, ...rest })),
  'bit-rot': keys({
    'bit-rot': share.describe('Which data file loses bits: as a share of those that are there then.'),
    at,
  }).transform(({ 'bit-rot': pick, ...rest }) => ({ kind: 'bit-rot' as const, pick, ...rest })),
  'coordinator-crash': keys({
    'coordinator-crash': nothing.describe('The coordinator dies, and another takes its place.'),
    at: moment.optional().describe('When; or afterSteps.'),
    afterSteps: count(0, MAX_STEPS)
      .optional()
      .describe('After so many things that it asked of the cluster or its journal, instead of at a time.'),
    for: moment.describe('How long there is none.'),
  })
    .refine(crashTime.check, crashTime.message)
    .transform(({ 'coordinator-crash': _none, ...rest }) => ({
      kind: 'coordinator-crash' as const,
      ...rest,
    })),
  'clock-jump': keys({
    'clock-jump': jump.describe("By how much the calendar's time jumps; back with a minus."),
    at,
  }).transform(({ 'clock-jump': by, ...rest }) => ({ kind: 'clock-jump' as const, by, ...rest })),
  'table-dropped': keys({
    'table-dropped': z
      .string()
      .regex(/^[^./]+\.[^./]+(\.[^./]+)?$/, 'must be database.table or database.table.partition')
      .describe('The table, or its partition, that is dropped: database.table or database.table.partition.'),
    at,
  }).transform(({ 'table-dropped': table, ...rest }) => ({ kind: 'table-dropped' as const, table, ...rest })),
  cancel: keys({
    cancel: nothing.describe('The user cancels the job.'),
    at: moment.optional().describe('When; or in.'),
    in: z.enum(STATES).optional().describe('When the job enters this state, instead of at a time.'),
  })
    .refine(cancelTime.check, cancelTime.message)
    .transform(({ cancel: _none, ...rest }) => ({ kind: 'cancel' as const, ...rest })),
} satisfies Record<FaultKind, z.ZodType>;

/** A fault as it was written: nodes, shards and tables by their names. */
export type FaultInput = z.output<(typeof SCHEMAS)[FaultKind]>;

/** Keys that no kind is named by. */
const COMMON_KEYS = new Set([
  'at',
  'for',
  'disk',
  'factor',
  'shard',
  'file',
  'from',
  'lost',
  'duplicated',
  'late',
  'chance',
  'of',
  'in',
  'node',
]);

/**
 * One fault. A union of all kinds would say of a wrong one what each of sixteen kinds thinks of it, so the kind is looked up
 * first; editors are given the union.
 */
export const faultSchema = z
  .unknown()
  .meta({ anyOf: FAULT_KINDS.map(jsonSchemaOf) })
  .transform((input, context): FaultInput => {
    const kinds = isMap(input) ? FAULT_KINDS.filter((kind) => kind in input) : [];
    const [kind] = kinds;
    const parsed = kind === undefined ? undefined : SCHEMAS[kind].safeParse(input);
    if (parsed?.success) return parsed.data;
    const issues = kinds.length > 1 ? [ofSeveral(kinds)] : parsed ? parsed.error.issues : [kindless(input)];
    for (const issue of issues) context.issues.push({ ...issue, input } as (typeof context.issues)[number]);
    return z.NEVER;
  });

const ofSeveral = (kinds: readonly FaultKind[]): object => ({
  code: 'custom',
  path: [],
  message: `can be only of one kind, and this is ${listOf(kinds, 'and')}: write them as items of the list`,
});

const isMap = (input: unknown): input is Readonly<Record<string, unknown>> =>
  input !== null && typeof input === 'object' && !Array.isArray(input);

/** What is wrong with a fault that names no kind: its kind is misspelt, mostly. */
function kindless(input: unknown): object {
  if (!isMap(input)) return { code: 'invalid_type', expected: 'object', path: [], message: '' };
  const unknown = Object.keys(input).find((key) => !COMMON_KEYS.has(key));
  if (unknown !== undefined)
    return { code: 'unrecognized_keys', keys: [unknown], path: [], message: FAULT_KINDS.join(' ') };
  const message = `needs a key that names what goes wrong: ${FAULT_KINDS.join(', ')}`;
  return { code: 'custom', path: [], message };
}

function jsonSchemaOf(kind: FaultKind): object {
  const { $schema: _schema, ...schema } = z.toJSONSchema(SCHEMAS[kind], { io: 'input', target: 'draft-7' });
  return schema;
}
