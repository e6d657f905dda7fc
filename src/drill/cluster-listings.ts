import { createConnection, type Connection, type FieldPacket } from 'mysql2/promise';
import { DrillError } from '../base/errors.js';
import { columnOf, type ResultSet } from '../scenario/import/index.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Of one statement: a listing of a hundred thousand tablets takes a frontend some seconds. */
const STATEMENT_TIMEOUT_MS = 120_000;

export interface ClusterAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
}

export interface ListingOptions {
  readonly database: string;
  readonly signal: AbortSignal;
  /** Told of every statement before it is sent. */
  readonly onStatement?: (statement: string) => void;
}

/** What a cluster told, and which of its listings it refused. */
export interface ClusterListings {
  readonly sets: readonly ResultSet[];
  readonly refused: readonly string[];
}

/**
 * Asks a cluster for its listings, over the MySQL protocol, with SHOW statements and nothing else. A listing that is refused,
 * for want of a privilege or because that version has none, is left out. Throws IMPORT_REFUSED where there is no
 * connection or no such database, INTERRUPTED.
 */
export async function listCluster(
  address: ClusterAddress,
  options: ListingOptions,
): Promise<ClusterListings> {
  const connection = await connect(address);
  const onAbort = (): void => connection.destroy();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await list(connection, address, options);
  } catch (error) {
    if (options.signal.aborted) throw interrupted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    connection.destroy();
  }
}

async function connect({ host, port, user, password, tls }: ClusterAddress): Promise<Connection> {
  try {
    return await createConnection({
      host,
      port,
      user,
      password,
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(tls ? { ssl: {} } : {}),
      rowsAsArray: true,
      // Ids are larger than numbers can hold, and what is shown is text anyway.
      typeCast: (field) => field.string(),
    });
  } catch (error) {
    throw refusedBy(`${host}:${port}`, error, 'the port is the query port of a frontend, usually 9030');
  }
}

const refusedBy = (who: string, error: unknown, hint?: string): DrillError =>
  new DrillError('IMPORT_REFUSED', `${who}: ${messageOf(error)}`, { hint });

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message === undefined || message === '' ? (code ?? 'it does not answer') : message;
}

async function list(
  connection: Connection,
  { host, port }: ClusterAddress,
  { database, signal, onStatement }: ListingOptions,
): Promise<ClusterListings> {
  const source = `${host}:${port}`;
  const sets: ResultSet[] = [];
  const refused: string[] = [];
  const ask = async (statement: string): Promise<ResultSet> => {
    if (signal.aborted) throw interrupted();
    onStatement?.(statement);
    const [rows, fields] = (await connection.query({
      sql: statement,
      timeout: STATEMENT_TIMEOUT_MS,
    })) as unknown as [(string | null)[][], FieldPacket[]];
    const headers = fields.map(({ name }) => name);
    return { source, statement, headers, rows: rows.map((row) => row.map((value) => value ?? undefined)) };
  };
  const keep = async (statement: string): Promise<ResultSet | undefined> => {
    try {
      const set = await ask(statement);
      sets.push(set);
      return set;
    } catch (error) {
      if (signal.aborted || isGone(error)) throw signal.aborted ? interrupted() : refusedBy(source, error);
      refused.push(`${statement} was refused: ${messageOf(error)}`);
      return undefined;
    }
  };

  const db = quote(database);
  let tables: ResultSet;
  try {
    tables = await ask(`SHOW FULL TABLES FROM ${db}`);
  } catch (error) {
    if (signal.aborted) throw interrupted();
    throw refusedBy(source, error, `is there a database ${database}, and may this user see it?`);
  }
  sets.push(tables);
  await keep('SHOW BACKENDS');
  await keep(`SHOW DATA FROM ${db}`);
  // StarRocks has SHOW TABLET for what Doris calls SHOW TABLETS.
  let word = 'TABLETS';
  const keepTablets = async (of: string): Promise<void> => {
    const before = refused.length;
    if ((await keep(`SHOW ${word} FROM ${of}`)) || word === 'TABLET' || sets.some(isTablets)) return;
    if (await keep(`SHOW TABLET FROM ${of}`)) {
      word = 'TABLET';
      refused.splice(before);
    }
  };
  for (const table of baseTables(tables)) {
    const of = `${db}.${quote(table)}`;
    const partitions = await keep(`SHOW PARTITIONS FROM ${of}`);
    const at = partitions && columnOf(partitions, 'PartitionName');
    const names = at === undefined ? [] : partitions!.rows.flatMap((row) => row[at] ?? []);
    if (names.length === 0) await keepTablets(of);
    else for (const name of names) await keepTablets(`${of} PARTITION (${quote(name)})`);
  }
  return { sets, refused };
}

const isTablets = ({ headers }: ResultSet): boolean => headers.includes('TabletId');

/** A connection that is lost cannot be asked anything more. */
const isGone = (error: unknown): boolean => (error as { fatal?: boolean }).fatal === true;

function baseTables({ headers, rows }: ResultSet): string[] {
  const type = columnOf({ headers }, 'Table_type');
  return rows.flatMap((row) => {
    const isView = type !== undefined && /VIEW/i.test(row[type] ?? '');
    return isView ? [] : (row[0] ?? []);
  });
}

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const interrupted = (): DrillError =>
  new DrillError('INTERRUPTED', 'the import was interrupted; nothing was written');
