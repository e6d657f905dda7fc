import type { Socket } from 'node:net';
import { DrillError, serialize } from '../base/errors.js';
import type { SqlBackend } from './backend.js';
import { lineWriter, readLines, type LineWriter } from './lines.js';
import {
  MAX_REQUEST_BYTES,
  notUnderstood,
  otherVersion,
  parseClientMessage,
  type ClientMessage,
  type ScriptRequest,
} from './protocol.js';
import { openSession, type SqlSession } from './session.js';

const LINGER_MS = 1000;

/** Serves one client until it goes away; the jobs it started go on. */
export function serveConnection(backend: SqlBackend, socket: Socket, version: string): void {
  const connection: Connection = {
    socket,
    version,
    writer: lineWriter(socket),
    session: undefined,
    running: undefined,
    refused: false,
  };
  // A client that goes away in the middle is nothing to complain of; 'close' follows.
  socket.on('error', () => undefined);
  socket.on('close', () => connection.running?.abort());
  const handle = (line: string): void => {
    if (connection.refused) return;
    try {
      take(connection, backend, parseClientMessage(line));
    } catch (error) {
      refuse(connection, error);
    }
  };
  readLines(socket, { onLine: handle, onTooLong: () => refuse(connection, tooLong()) }, MAX_REQUEST_BYTES);
}

interface Connection {
  readonly socket: Socket;
  readonly version: string;
  readonly writer: LineWriter;
  /** From the client's hello on. */
  session: SqlSession | undefined;
  /** Ends the script that runs. */
  running: AbortController | undefined;
  refused: boolean;
}

function take(connection: Connection, backend: SqlBackend, message: ClientMessage): void {
  const { version, writer } = connection;
  if (message.type === 'stop') {
    connection.running?.abort();
    return;
  }
  if (message.type === 'hello') {
    if (connection.session) throw notUnderstood('one hello is enough');
    if (message.version !== version) throw otherVersion(version, message.version);
    connection.session = openSession(backend, writer);
    void writer.send({ type: 'hello', version });
    return;
  }
  if (!connection.session) throw notUnderstood('a client begins with hello');
  if (connection.running) throw notUnderstood('a script came before the end of the one before it');
  void run(connection, connection.session, message);
}

async function run(connection: Connection, session: SqlSession, request: ScriptRequest): Promise<void> {
  const controller = new AbortController();
  connection.running = controller;
  // The client may send its next script as soon as it has read the end of this one.
  await session.run(request, controller.signal, () => (connection.running = undefined));
}

/** Says why, and ends the connection: who does not speak the protocol will not find back into it. */
function refuse(connection: Connection, error: unknown): void {
  connection.refused = true;
  connection.running?.abort();
  connection.socket.end(`${JSON.stringify({ type: 'refused', error: serialize(error) })}\n`);
  // Whatever else comes is thrown away for a while, so that the client gets to read the answer.
  setTimeout(() => connection.socket.destroy(), LINGER_MS).unref();
}

function tooLong(): DrillError {
  const message = `a message is longer than ${MAX_REQUEST_BYTES / 2 ** 20} MiB`;
  return new DrillError('SERVER_PROTOCOL', message, { hint: 'cut the script into several' });
}
