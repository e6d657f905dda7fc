import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../endpoint.js';
import type { Settings } from '../settings.js';
import { AnswerParser, type AnswerHead } from './answer-parser.js';
import type { HeldBodies } from './held-bodies.js';

/** One request: its head as it is sent, but for the empty line, and the bytes after that. */
export interface Outgoing {
  readonly method: string;
  readonly head: string;
  readonly body: Uint8Array | undefined;
}

/** Told of the answer to a request; after its end, or a failure, nothing more. */
export interface AnswerReceiver {
  onHead(head: AnswerHead): void;
  onBody(bytes: Uint8Array): void;
  onEnd(): void;
  onFailure(error: Error): void;
}

/** Told what becomes of a connection. */
export interface Keeper {
  /** It serves for another request. */
  onFree(connection: Connection): void;
  onClosed(connection: Connection): void;
}

/** Time enough for a server to close what it was told to. */
const CLOSE_MS = 1000;

/**
 * A connection to the server, which carries one request at a time. Node's own client of HTTP does the same and takes three
 * times the processor time, most of it while a thread is young and the code that it goes through has not been compiled.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly keeper: Keeper;
  private readonly held: HeldBodies;
  private parser: AnswerParser | undefined;
  private receiver: AnswerReceiver | undefined;
  private isPaused = false;
  /** Whether it is to end with the answer. */
  private isForOne = false;
  private hasAnswered = false;
  private readonly openedMs = performance.now();
  private connectMs = 0;
  private headMs: number | undefined;

  constructor(endpoint: Endpoint, settings: Settings, held: HeldBodies, keeper: Keeper) {
    this.keeper = keeper;
    this.held = held;
    this.socket = open(endpoint, settings);
    this.socket.setNoDelay(true);
    this.socket.setTimeout(settings.idleTimeoutMs, () => this.onSilence());
    const connecting = setTimeout(() => this.fail(timeoutError()), settings.connectTimeoutMs);
    this.socket.once(endpoint.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
      clearTimeout(connecting);
      this.connectMs = performance.now() - this.openedMs;
    });
    this.socket.on('data', (bytes: Uint8Array) => {
      // What nobody asked for would be taken for the next answer, if it came a moment later.
      if (!this.parser) this.fail(brokenError());
      this.receive(() => this.parser?.push(bytes));
    });
    this.socket.on('end', () => {
      this.receive(() => this.parser?.end());
      this.fail(brokenError());
    });
    this.socket.on('error', (error) => this.fail(error));
    this.socket.once('close', () => {
      clearTimeout(connecting);
      this.fail(brokenError());
      keeper.onClosed(this);
    });
  }

  /** A server may close what nobody uses, at any time. */
  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** Sends a request. The connection must be new, or free. */
  send({ method, head, body }: Outgoing, receiver: AnswerReceiver): void {
    const { socket } = this;
    this.receiver = receiver;
    this.parser = new AnswerParser(method, {
      onHead: (answer) => {
        this.headMs = performance.now();
        receiver.onHead(answer);
      },
      onBody: (bytes) => {
        this.noteBody();
        receiver.onBody(bytes);
      },
      onEnd: (isKept) => this.onEnd(isKept),
    });
    this.isForOne = method === 'GET' && this.held.areHabit;
    const end = this.isForOne ? 'connection: close\r\n\r\n' : '\r\n';
    socket.ref();
    // Both in one call of the system.
    socket.cork();
    socket.write(head + end, 'latin1');
    if (body && body.length > 0) socket.write(body);
    socket.uncork();
  }

  /** Lets no more of the answer come for the time being. */
  pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.socket.resume();
  }

  /** Gives up the request, if there is one, and the connection. */
  fail(error: Error): void {
    const { receiver } = this;
    this.parser = undefined;
    this.receiver = undefined;
    this.socket.destroy();
    receiver?.onFailure(error);
  }

  private receive(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private onEnd(isKept: boolean): void {
    const { receiver, socket } = this;
    this.parser = undefined;
    this.receiver = undefined;
    this.hasAnswered = true;
    if (this.isPaused) this.resume();
    // A server that says no before it has everything does not read the rest.
    const isFree = isKept && !this.isForOne && socket.writableLength === 0 && !socket.destroyed;
    if (isFree) {
      // Nobody waits for it: so the process may end.
      socket.unref();
      this.keeper.onFree(this);
    } else if (this.isForOne) this.letClose();
    else socket.destroy();
    receiver?.onEnd();
  }

  private noteBody(): void {
    const { headMs } = this;
    if (headMs === undefined) return;
    this.headMs = undefined;
    const waitMs = performance.now() - headMs;
    if (this.hasAnswered) this.held.note(waitMs);
    else this.held.noteFirst(this.connectMs + waitMs);
  }

  /** The server is to close it first: whoever does remembers it for a minute, and servers have as many numbers as clients together. */
  private letClose(): void {
    const { socket } = this;
    this.keeper.onClosed(this);
    // Nobody waits for it: so the process may end.
    socket.unref();
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  private onSilence(): void {
    // It is us who do not read.
    if (!this.isPaused) this.fail(timeoutError());
  }
}

function open({ protocol, hostname, port }: Endpoint, { lookup, ca }: Settings): Socket {
  const where = { host: hostname, ...(lookup ? { lookup } : {}) };
  if (protocol === 'http:') return connectPlain({ ...where, port: port ?? 80 });
  const servername = isIP(hostname) === 0 ? { servername: hostname } : {};
  return connectTls({ ...where, port: port ?? 443, ...servername, ...(ca ? { ca } : {}) });
}

export const timeoutError = (): Error => Object.assign(new Error(), { name: 'TimeoutError' });

const brokenError = (): Error => Object.assign(new Error(), { code: 'ECONNRESET' });
