import type { ExecutionContext } from 'ava';
import type { ErrorCode } from '../../src/base/error-codes.js';
import { isOlap, type Catalog } from '../../src/catalog/index.js';
import type { Cell, Coordinator, Outcome, Reply, Session, World } from '../../src/coordinator/index.js';
import type { EngineSettings } from '../../src/job/index.js';
import type { Operation } from '../../src/node/index.js';
import type { LoggedRequest } from '../s3-server/server.js';
import type { HookedJournal } from './hooked-journal.js';

/** How a rule wants its world. */
export interface RuleOptions {
  readonly engine?: Partial<EngineSettings>;
  /** Where the repository is. Default: local. */
  readonly storage?: 'local' | 's3';
  /** Changes the catalog before the cluster starts, the same way at each start. */
  readonly shape?: (catalog: Catalog) => void;
}

/** A job as far as rules look at it. */
export interface RuleJob {
  readonly state: string;
  /** Every state entered, in order. */
  readonly states: readonly string[];
  readonly durationMs: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * A cluster with its coordinator and a repository `repo`, to which statements can be put: worker threads over files, or a
 * queue of events. A rule is written against this and so is the same in both.
 */
export interface RuleWorld {
  readonly kind: 'virtual' | 'real';
  readonly catalog: Catalog;
  readonly coordinator: Coordinator;
  readonly journal: HookedJournal;
  /** How CREATE REPOSITORY names the place of `repo`: `WITH … ON LOCATION … PROPERTIES (…)`. */
  readonly place: string;
  execute(sql: string, session?: Session): Promise<Outcome<Reply>>;
  /** Lets time pass until something is so. */
  until(isSo: () => boolean): Promise<void>;
  /** Kills the coordinator, if it is not dead yet, and starts another one that knows no more than the journal. */
  restart(): Promise<void>;
  /** Names below the directory of a label in the repository, sorted. */
  stored(label: string): Promise<string[]>;
  /** Files sent to the repository since the last start. */
  sentFiles(): number;
  /** Whether no job holds a snapshot or a staged file on any node. */
  isClean(): boolean;
  /** By `partition/index/bucket`: checksums of the files of a table's shards, as its first replicas have them. */
  contents(database: string, table: string): ReadonlyMap<string, readonly string[]>;
  /** Puts a snapshot of somebody else's under a label, in which a backup cannot be published then; or takes it away. */
  plantSnapshot(label: string, isThere: boolean): void;
  /** Makes a `.part` of one of the files under a label, as an upload leaves it that was cut short. */
  cutShort(label: string): Promise<void>;
  /** Has `send` see each task on its way to a node. */
  intercept(send: (pass: World['send'], ...args: Parameters<World['send']>) => void): void;
  /** Virtual: what the nodes did since the last start. */
  readonly operations?: readonly Operation[];
  /** Real, on S3: what the server was asked. */
  readonly s3Requests?: readonly LoggedRequest[];
  /** Real, on local storage: makes a directory where a file of this table would get its final name. */
  readonly blockRename?: (database: string, table: string, label: string) => void;
  close(): Promise<void>;
}

/** Starts a statement's job. */
export async function accepted(
  t: ExecutionContext,
  world: RuleWorld,
  sql: string,
  session?: Session,
): Promise<number> {
  const outcome = await world.execute(sql, session);
  if (outcome.ok && outcome.value.kind === 'accepted') return outcome.value.jobId;
  t.log(outcome);
  throw new Error(`not accepted: ${sql}`);
}

/** Lets a job run to its end, and until nothing of it is left. */
export async function finish(world: RuleWorld, jobId: number): Promise<RuleJob> {
  await world.until(() => world.coordinator.isSettled(jobId));
  return jobOf(world, jobId);
}

export function jobOf({ coordinator }: RuleWorld, jobId: number): RuleJob {
  const { job } = coordinator.recordOf(jobId)!;
  const { state, states, error, createdAtMs } = job;
  const durationMs = states.at(-1)!.atMs - createdAtMs;
  const names = states.map((entered) => entered.state);
  return { state, states: names, durationMs, ...(error ? { error } : {}) };
}

/** Runs a statement's job to its end, which must be a good one. */
export async function finished(
  t: ExecutionContext,
  world: RuleWorld,
  sql: string,
  session?: Session,
): Promise<number> {
  const jobId = await accepted(t, world, sql, session);
  const { state, error } = await finish(world, jobId);
  t.is(state, 'FINISHED', `${sql}: ${error?.message ?? ''}`);
  t.true(world.isClean(), `${sql} left something on a node`);
  return jobId;
}

export async function done(t: ExecutionContext, world: RuleWorld, sql: string): Promise<void> {
  const outcome = await world.execute(sql);
  t.deepEqual(outcome, { ok: true, value: { kind: 'done' } }, sql);
}

export async function refused(
  t: ExecutionContext,
  world: RuleWorld,
  sql: string,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  const outcome = await world.execute(sql);
  const error = outcome.ok ? undefined : outcome.error;
  t.is(error?.code, code, `${sql}: ${error?.message ?? 'not refused'}`);
  t.regex(`${error?.message ?? ''}; ${error?.hint ?? ''}`, message);
}

/** The answer to a SHOW statement, its rows by column. */
export async function rows(
  world: RuleWorld,
  sql: string,
  session?: Session,
): Promise<Record<string, Cell>[]> {
  const outcome = await world.execute(sql, session);
  if (!outcome.ok || outcome.value.kind !== 'rows') throw new Error(`no rows: ${sql}`);
  const { table } = outcome.value;
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, i) => [column, row[i]!])));
}

/** What a snapshot says of itself. */
export async function detailsOf(world: RuleWorld, label: string): Promise<Record<string, unknown>> {
  const [listed] = await rows(world, `SHOW SNAPSHOT ON repo WHERE SNAPSHOT = "${label}"`);
  const [row] = await rows(
    world,
    `SHOW SNAPSHOT ON repo WHERE SNAPSHOT = "${label}" AND TIMESTAMP = "${listed!['Timestamp']}"`,
  );
  return JSON.parse(String(row!['Details'])) as Record<string, unknown>;
}

/** The labels that users see in the repository. */
export async function labels(world: RuleWorld): Promise<Cell[]> {
  const all = await rows(world, 'SHOW SNAPSHOT ON repo');
  return all.filter((row) => row['Status'] === 'OK').map((row) => row['Snapshot']!);
}

/** Ordinals of the shards of `db.table` or `db.table.partition`, of visible indexes only. */
export function shardsOf(catalog: Catalog, name: string): number[] {
  const [database, tableName, partitionName] = name.split('.');
  const table = catalog.database(database!).tables.get(tableName!)!;
  if (!isOlap(table)) throw new Error(`${name} is no OLAP table`);
  return table.partitions
    .filter((partition) => partitionName === undefined || partition.name === partitionName)
    .flatMap(({ indexes }) => indexes.filter(({ visible }) => visible))
    .flatMap(({ firstShard, endShard }) =>
      Array.from({ length: endShard - firstShard }, (_, i) => firstShard + i),
    );
}

export const filesOf = (catalog: Catalog, names: readonly string[]): number =>
  names
    .flatMap((name) => shardsOf(catalog, name))
    .reduce((sum, shard) => sum + catalog.shards.fileCount(shard), 0);

const SHARD_FILE = /^__ss_content\/__db_\d+\/__tbl_\d+\/__part_\d+\/__idx_\d+\/__(\d+)\/[^/]+$/;

/** The repository must hold the shards of these tables and partitions under a label, each file of them, and no others. */
export async function holds(
  t: ExecutionContext,
  world: RuleWorld,
  label: string,
  names: readonly string[],
): Promise<void> {
  const { catalog } = world;
  const held = (await world.stored(label)).flatMap((file) => SHARD_FILE.exec(file)?.[1] ?? []).map(Number);
  const wanted = names.flatMap((name) => shardsOf(catalog, name)).map((shard) => catalog.shards.id[shard]!);
  t.deepEqual(
    [...new Set(held)].sort((a, b) => a - b),
    wanted.sort((a, b) => a - b),
    `shards under ${label}`,
  );
  t.is(held.length, filesOf(catalog, names), `files under ${label}`);
}
