import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Endpoint } from './endpoint.js';
import type { Settings } from './settings.js';

export interface HttpRequest {
  readonly method: string;
  /** Encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Whether the body of an answer that says yes is read by who asked, bit by bit. Other bodies are read whole. */
  readonly streams: boolean;
  /** Ends the request. */
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Empty where there is a stream. */
  readonly body: Uint8Array;
  readonly stream: IncomingMessage | undefined;
}

/** Requests over connections that are kept. */
export interface Transport {
  /** Rejects with what Node says, or a TimeoutError. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** More than any answer of S3: a list of a thousand keys of a kilobyte, each of its bytes encoded as three. */
const MOST_BODY_BYTES = 16 * 1024 * 1024;

/** Follows no redirects: a signature is for one host. */
export function httpTransport(endpoint: Endpoint, settings: Settings): Transport {
  const { protocol, hostname, port } = endpoint;
  const { idleTimeoutMs, maxSockets, lookup } = settings;
  const isPlain = protocol === 'http:';
  // Connections and requests with the same timeout, so that none has to be set anew for each request.
  const agentOptions = { keepAlive: true, maxSockets, timeout: idleTimeoutMs, ...(lookup ? { lookup } : {}) };
  const agent = isPlain ? new HttpAgent(agentOptions) : new HttpsAgent(agentOptions);
  const begin = isPlain ? httpRequest : httpsRequest;
  return {
    send({ method, path, headers, body, streams, signal }) {
      const outgoing = begin({
        protocol,
        hostname,
        port,
        agent,
        method,
        path,
        headers,
        timeout: idleTimeoutMs,
        ...(signal ? { signal } : {}),
      });
      const answer = answerOf(outgoing, settings, streams);
      outgoing.end(body);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

function answerOf(outgoing: ClientRequest, settings: Settings, streams: boolean): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let incoming: IncomingMessage | undefined;
    const giveUp = (): void => {
      if (incoming) incoming.destroy(timeoutError());
      else outgoing.destroy(timeoutError());
    };
    const requestTimer = setTimeout(giveUp, settings.requestTimeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(requestTimer);
      reject(error);
    };
    // Both stay: what happens to a connection after the answer must not end the process.
    outgoing.on('error', fail);
    outgoing.on('timeout', giveUp);
    outgoing.once('socket', (socket) => limitConnecting(socket, settings.connectTimeoutMs, giveUp));
    outgoing.once('response', (message) => {
      incoming = message;
      const { statusCode: status = 0, headers } = message;
      const finish = (body: Uint8Array, stream: IncomingMessage | undefined): void => {
        clearTimeout(requestTimer);
        resolve({ status, headers, body, stream });
      };
      if (streams && status >= 200 && status < 300) finish(EMPTY, message);
      else collect(message, (body) => finish(body, undefined), fail);
    });
  });
}

const EMPTY = new Uint8Array(0);

/** The time that it may take to connect, by which a server that is not there is told from one that is slow. */
function limitConnecting(socket: Socket, connectTimeoutMs: number, giveUp: () => void): void {
  if (!socket.connecting) return;
  const timer = setTimeout(giveUp, connectTimeoutMs);
  const clear = (): void => clearTimeout(timer);
  socket.once('connect', clear);
  socket.once('close', clear);
}

function collect(
  message: IncomingMessage,
  done: (body: Uint8Array) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  message.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // An error without a code: what sends so much does not speak S3.
    if (sizeBytes > MOST_BODY_BYTES) message.destroy(new Error());
  });
  message.once('error', fail);
  message.once('end', () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
}

const timeoutError = (): Error => Object.assign(new Error(), { name: 'TimeoutError' });
