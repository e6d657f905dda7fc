import { createServer, type AddressInfo } from 'node:net';
import mysql from 'mysql2';
import type { Listing } from '../scenario/import/printers.js';

/** What a frontend answers a statement with: a listing, or an error's text. */
export type Answer = Pick<Listing, 'headers' | 'rows'> | string;

export interface FakeFrontend {
  readonly port: number;
  /** Every statement that was sent to it. */
  readonly statements: readonly string[];
  readonly close: () => Promise<void>;
}

const VAR_STRING = 253;
const UTF8 = 33;
const COMPRESS = 32;

const columnOf = (name: string): object => ({
  catalog: 'def',
  schema: '',
  table: '',
  orgTable: '',
  name,
  orgName: name,
  characterSet: UTF8,
  columnLength: 1024,
  columnType: VAR_STRING,
  flags: 0,
  decimals: 0,
});

/** A server that speaks the MySQL protocol, and lets in whoever has the password. */
export async function fakeFrontend(
  answer: (statement: string) => Answer,
  isLetIn: (user: string, hasPassword: boolean) => boolean = () => true,
): Promise<FakeFrontend> {
  const statements: string[] = [];
  const open = new Set<mysql.Connection>();
  const server = mysql.createServer((raw) => {
    const connection = raw as ServerConnection;
    open.add(connection);
    connection.on('error', () => undefined);
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '5.7.99',
      connectionId: open.size,
      statusFlags: 2,
      characterSet: UTF8,
      capabilityFlags: 0xffffff ^ COMPRESS,
      authCallback({ user, authToken }, done) {
        const isIn = isLetIn(user, authToken.length > 0);
        const message = `Access denied for user '${user}'@'127.0.0.1' (using password: YES)`;
        done(null, isIn ? undefined : { code: 1045, message });
        // Statements count their packets anew.
        setImmediate(() => {
          connection.sequenceId = 0;
        });
      },
    });
    connection.on('query', (statement: string) => {
      statements.push(statement);
      const said = answer(statement);
      connection.sequenceId = 1;
      if (typeof said === 'string') connection.writeError({ code: 1064, message: said });
      else {
        connection.writeColumns(said.headers.map(columnOf));
        for (const row of said.rows) connection.writeTextRow(row.map((value) => value ?? null));
        connection.writeEof();
      }
      connection.sequenceId = 0;
    });
  });
  const port = await freePort();
  // Its type knows of the port only.
  const listen: (port: number, host: string, done: () => void) => unknown = server.listen.bind(server);
  await new Promise<void>((resolve) => void listen(port, '127.0.0.1', resolve));
  return {
    port,
    statements,
    close: async () => {
      for (const connection of open) connection.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The server's side of a connection, of which mysql2's types say little. */
interface ServerConnection extends mysql.Connection {
  sequenceId: number;
  readonly serverHandshake: (options: {
    readonly [option: string]: unknown;
    readonly authCallback: (
      who: { readonly user: string; readonly authToken: Buffer },
      done: (error: null, refusal?: object) => void,
    ) => void;
  }) => void;
  readonly writeColumns: (columns: readonly object[]) => void;
  readonly writeTextRow: (row: readonly (string | null)[]) => void;
  readonly writeEof: () => void;
  readonly writeError: (error: { readonly code: number; readonly message: string }) => void;
}
