import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DrillError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { SqlBackend } from './backend.js';
import { serveConnection } from './connection.js';
import { makeSocketDirectory } from './socket-path.js';
import { answers } from './probe.js';

export interface SqlServer {
  readonly socketPath: string;
  /** Ends all sessions and takes the socket away; jobs are the backend's business. */
  readonly close: () => Promise<void>;
}

export interface ListenOptions {
  /** What the server says it is; clients of another version are refused. */
  readonly version?: string;
}

/** How long clients have to read what was sent to them. */
const CLOSE_MS = 1000;

/** Enough for servers that start at the same moment and find the same dead socket. */
const ATTEMPTS = 10;
const RETRY_MS = 20;
const STALE_CLAIM_MS = 10_000;

/**
 * Serves a backend to clients on a Unix domain socket, which only this user may use. The socket of a dead server is
 * replaced. Throws SERVER_RUNNING where a live one listens, USAGE where something else is in the way, FILE_SYSTEM.
 */
export async function listen(
  backend: SqlBackend,
  socketPath: string,
  { version = VERSION }: ListenOptions = {},
): Promise<SqlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(backend, socket, version);
  });
  try {
    const own = await bind(server, socketPath);
    return {
      socketPath,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        if (statOf(socketPath)?.ino === own.ino) rmSync(socketPath, { force: true });
        for (const socket of sockets) socket.destroySoon();
        // A client that does not read would hold up the end.
        const late = setTimeout(CLOSE_MS, undefined, { ref: false });
        await Promise.race([closed, late]);
        for (const socket of sockets) socket.destroy();
        await closed;
      },
    };
  } catch (error) {
    server.close();
    throw cannotListen(error, socketPath);
  }
}

/**
 * Listens under another name first, where nobody looks and nobody may: so the socket appears under its own name at once,
 * with its permissions, and never in the place of another.
 */
async function bind(server: Server, socketPath: string): Promise<Stats> {
  makeSocketDirectory(socketPath);
  // Not longer than `drill.sock`, or it might be too long for a socket.
  const hidden = mkdtempSync(`${path.dirname(socketPath)}${path.sep}.`);
  try {
    const temporary = path.join(hidden, 's');
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(temporary, () => {
        server.off('error', reject);
        resolve();
      });
    });
    chmodSync(temporary, 0o600);
    await publish(temporary, socketPath);
    return lstatSync(socketPath);
  } finally {
    rmSync(hidden, { recursive: true, force: true });
  }
}

async function publish(temporary: string, socketPath: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      linkSync(temporary, socketPath);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const there = statOf(socketPath);
    if (!there) continue;
    if (!there.isSocket()) throw inTheWay(socketPath);
    if (await answers(socketPath)) throw running(socketPath);
    if (replaceDead(temporary, socketPath, there.ino)) return;
    await setTimeout(RETRY_MS);
  }
  throw running(socketPath);
}

/**
 * Puts a socket in the place of a dead one, if that is still there. Of several servers that found it dead, one at a time
 * may try: otherwise the second would replace the first. Without waiting, so it is a matter of microseconds.
 */
function replaceDead(temporary: string, socketPath: string, dead: number): boolean {
  const claim = `${socketPath}.claim`;
  if (!take(claim)) return false;
  try {
    if (statOf(socketPath)?.ino !== dead) return false;
    renameSync(temporary, socketPath);
    return true;
  } finally {
    rmSync(claim, { recursive: true, force: true });
  }
}

function take(claim: string): boolean {
  try {
    mkdirSync(claim);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const madeAtMs = statOf(claim)?.mtimeMs ?? Date.now();
    // Its maker died in that very moment.
    if (Date.now() - madeAtMs > STALE_CLAIM_MS) rmSync(claim, { recursive: true, force: true });
    return false;
  }
}

function inTheWay(socketPath: string): DrillError {
  return new DrillError('USAGE', `${socketPath} is there already, and is no socket`, {
    hint: 'move it away, or choose another data directory',
  });
}

function statOf(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

function running(socketPath: string): DrillError {
  return new DrillError('SERVER_RUNNING', `a server listens at ${socketPath} already`, {
    hint: 'use it with `npx drill sql`, or start this one with another data directory',
  });
}

function cannotListen(error: unknown, socketPath: string): DrillError {
  if (error instanceof DrillError) return error;
  const { message } = error as Error;
  return new DrillError('FILE_SYSTEM', `cannot listen at ${socketPath}: ${message}`, {
    hint: 'choose a data directory on a local disk that this user may write',
    cause: error,
  });
}
