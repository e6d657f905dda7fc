import { createConnection, type Socket } from 'node:net';
import { DrillError, revive } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { JobEnd, JobProgress } from '../coordinator/index.js';
import { lineWriter, readLines } from './lines.js';
import { otherVersion, parseServerMessage, type ServerMessage, type StatementReply } from './protocol.js';

/** A session with a server. */
export interface SqlClient {
  /**
   * Has a script carried out; resolves when all of it is, and rejects with the DrillError that ended it: one of a
   * statement, with wait also that of a job; INTERRUPTED when `signal` aborts, and jobs go on; SERVER_UNREACHABLE.
   * Scripts of one client are carried out one after the other.
   */
  readonly runScript: (text: string, options: ScriptOptions) => Promise<void>;
  readonly close: () => void;
}

export interface ScriptOptions {
  /** Where the script comes from: what messages call it; '' for nothing worth naming. */
  readonly name: string;
  /** Whether to wait for the end of each job before the next statement. */
  readonly wait?: boolean;
  readonly signal?: AbortSignal;
  /** Told in the order of the statements. */
  readonly onReply?: (reply: StatementReply) => void;
  /** With wait: some times a second. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** With wait: also of a job that was cancelled, before `runScript` rejects. */
  readonly onJobEnd?: (end: JobEnd) => void;
}

/** A server that says nothing for so long after being called is none. */
const HELLO_TIMEOUT_MS = 30_000;

/** Begins a session with the server at a socket. Throws SERVER_UNREACHABLE, SERVER_PROTOCOL. */
export async function connect(socketPath: string): Promise<SqlClient> {
  const socket = await call(socketPath);
  const line = openLine(socket, socketPath);
  try {
    await greet(line);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  // Where the script before has ended, well or not.
  let idle: Promise<void> = Promise.resolve();
  return {
    runScript(text, options) {
      const done = idle.then(() => {
        if (options.signal?.aborted) throw interrupted();
        return carryOut(line, text, options);
      });
      idle = done.then(
        () => line.quiet(),
        () => line.quiet(),
      );
      return done;
    },
    close: () => socket.destroySoon(),
  };
}

/** A connection whose messages go to whoever is in the middle of a conversation. */
interface Line {
  readonly send: (message: object) => void;
  /** Gives `take` each message until it has an answer; rejects when it throws, or when the connection breaks. */
  readonly listen: <T>(take: (message: ServerMessage) => T | undefined) => Promise<T>;
  /** Resolves when nobody listens any more. */
  readonly quiet: () => Promise<void>;
}

interface Listener {
  readonly take: (message: ServerMessage) => void;
  readonly fail: (error: Error) => void;
}

function openLine(socket: Socket, socketPath: string): Line {
  const writer = lineWriter(socket);
  let listener: Listener | undefined;
  let broken: Error | undefined;
  let conversation: Promise<unknown> = Promise.resolve();
  const breakOff = (error: Error): void => {
    broken ??= error;
    listener?.fail(broken);
    socket.destroy();
  };
  const onLine = (text: string): void => {
    try {
      const message = parseServerMessage(text);
      if (message.type === 'refused') throw revive(message.error);
      listener?.take(message);
    } catch (error) {
      breakOff(error as Error);
    }
  };
  readLines(socket, { onLine });
  socket.on('error', (error) => breakOff(wentAway(socketPath, error)));
  socket.on('close', () => breakOff(wentAway(socketPath)));
  return {
    send: (message) => void writer.send(message),
    quiet: () => conversation.then(nothing, nothing),
    listen<T>(take: (message: ServerMessage) => T | undefined) {
      const heard = new Promise<T>((resolve, reject) => {
        if (broken) reject(broken);
        const tryTake = (message: ServerMessage): void => {
          const answer = take(message);
          if (answer !== undefined) resolve(answer);
        };
        listener = { take: tryTake, fail: reject };
      });
      conversation = heard;
      return heard;
    },
  };
}

const nothing = (): void => undefined;

async function greet(line: Line): Promise<void> {
  line.send({ type: 'hello', version: VERSION });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(silent()), HELLO_TIMEOUT_MS);
  });
  const hello = line.listen((message) => (message.type === 'hello' ? message.version : undefined));
  try {
    const version = await Promise.race([hello, timeout]);
    if (version !== VERSION) throw otherVersion(version, VERSION);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects at once when it is interrupted; the server is told, and has its say before the next script. */
async function carryOut(line: Line, text: string, options: ScriptOptions): Promise<void> {
  const { name, wait = false, signal } = options;
  const waiting: Waiting = {};
  const ended = line.listen((message) => takeAnswer(message, options, waiting));
  line.send({ type: 'script', name, text, wait });
  const { error } = await (signal ? orInterrupted(ended, signal, line, waiting) : ended);
  if (error) throw revive(error);
}

/** The job that a script waits for. */
interface Waiting {
  job?: StatementReply | undefined;
}

function orInterrupted(ended: Promise<End>, signal: AbortSignal, line: Line, waiting: Waiting): Promise<End> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      line.send({ type: 'stop' });
      reject(interrupted(waiting.job));
    };
    signal.addEventListener('abort', stop, { once: true });
    void ended.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

type End = Extract<ServerMessage, { readonly type: 'end' }>;

/** The end of the script, if it is that. */
function takeAnswer(message: ServerMessage, options: ScriptOptions, waiting: Waiting): End | undefined {
  if (message.type === 'end') return message;
  if (options.signal?.aborted) return undefined;
  switch (message.type) {
    case 'reply':
      if (options.wait && message.reply.kind === 'accepted') waiting.job = message;
      options.onReply?.(message);
      break;
    case 'progress':
      options.onProgress?.(message.progress);
      break;
    case 'job-end':
      waiting.job = undefined;
      options.onJobEnd?.(message.end);
      break;
    default:
  }
  return undefined;
}

function call(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    const fail = (error: NodeJS.ErrnoException): void => reject(unreachable(socketPath, error));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

const START_ONE = 'start one with `npx drill serve <scenario>`, or give its --data-dir';

function unreachable(socketPath: string, cause: NodeJS.ErrnoException): DrillError {
  const why =
    cause.code === 'EACCES' || cause.code === 'EPERM'
      ? 'it belongs to another user'
      : cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED'
        ? undefined
        : cause.message;
  const message = `no server answers at ${socketPath}${why === undefined ? '' : `: ${why}`}`;
  return new DrillError('SERVER_UNREACHABLE', message, { hint: START_ONE, cause });
}

function wentAway(socketPath: string, cause?: unknown): DrillError {
  return new DrillError('SERVER_UNREACHABLE', `the server at ${socketPath} went away`, {
    hint: 'start it again with `npx drill serve <scenario>`: jobs that it accepted are not lost',
    cause,
  });
}

function silent(): DrillError {
  const message = `whoever listens there has not said hello in ${HELLO_TIMEOUT_MS / 1000} s`;
  return new DrillError('SERVER_UNREACHABLE', message, { hint: START_ONE });
}

function interrupted(waiting?: StatementReply): DrillError {
  const { reply, cancelWith } = waiting ?? {};
  if (reply?.kind !== 'accepted')
    return new DrillError('INTERRUPTED', 'interrupted; jobs that were accepted go on');
  return new DrillError('INTERRUPTED', `interrupted: job ${reply.jobId} goes on`, {
    hint: cancelWith === undefined ? undefined : `${cancelWith} would end it`,
  });
}
