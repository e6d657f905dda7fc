import type { Endpoint } from './endpoint.js';
import { AnswerBody } from './http/answer-body.js';
import type { AnswerHead } from './http/answer-parser.js';
import { timeoutError, type Connection } from './http/connection.js';
import { ConnectionPool } from './http/connection-pool.js';
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

export interface HttpAnswer extends AnswerHead {
  /** Empty where there is a stream. */
  readonly body: Uint8Array;
  readonly stream: AnswerBody | undefined;
}

/** Requests over connections that are kept. */
export interface Transport {
  /** Rejects with what Node says, a TimeoutError or an AbortError. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** More than any answer of S3: a list of a thousand keys of a kilobyte, each of its bytes encoded as three. */
const MOST_BODY_BYTES = 16 * 1024 * 1024;

/** Follows no redirects: a signature is for one host. */
export function httpTransport(endpoint: Endpoint, settings: Settings): Transport {
  const pool = new ConnectionPool(endpoint, settings);
  return {
    send: (request) => new Promise((resolve, reject) => exchange(pool, settings, request, resolve, reject)),
    close: () => pool.close(),
  };
}

/** Sends a request as soon as there is a connection for it, and gives its answer, or why there is none. */
function exchange(
  pool: ConnectionPool,
  { requestTimeoutMs }: Settings,
  { method, path, headers, body, streams, signal }: HttpRequest,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): void {
  const outgoing = { method, head: headOf(method, path, headers), body };
  let connection: Connection | undefined;
  let answer: AnswerHead | undefined;
  let stream: AnswerBody | undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;

  const giveUp = (error: Error): void => {
    pool.forget(use);
    if (connection) connection.fail(error);
    else onFailure(error);
  };
  const onAbort = (): void => giveUp(abortError());
  const timer = setTimeout(() => giveUp(timeoutError()), requestTimeoutMs);
  signal?.addEventListener('abort', onAbort);
  const settle = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const onFailure = (error: Error): void => {
    settle();
    if (stream) stream.fail(error);
    else reject(error);
  };
  const use = (free: Connection): void => {
    connection = free;
    free.send(outgoing, {
      onHead(head) {
        answer = head;
        if (!streams || head.status < 200 || head.status >= 300) return;
        settle();
        stream = new AnswerBody(free);
        resolve({ ...head, body: EMPTY, stream });
      },
      onBody(bytes) {
        if (stream) return stream.push(bytes);
        chunks.push(bytes);
        sizeBytes += bytes.length;
        // An error without a code: what sends so much does not speak S3.
        if (sizeBytes > MOST_BODY_BYTES) throw new Error();
      },
      onEnd() {
        settle();
        if (stream) stream.end();
        else resolve({ ...answer!, body: wholeOf(chunks), stream: undefined });
      },
      onFailure,
    });
  };
  if (signal?.aborted === true) giveUp(abortError());
  else pool.take(use);
}

const EMPTY = new Uint8Array(0);

const wholeOf = (chunks: readonly Uint8Array[]): Uint8Array =>
  chunks.length === 1 ? chunks[0]! : chunks.length === 0 ? EMPTY : Buffer.concat(chunks);

/** What may be in a header, or between `HTTP` and what is asked for; a line's end would begin another one. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

function headOf(method: string, path: string, headers: Readonly<Record<string, string>>): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (FORBIDDEN.test(value)) throw Object.assign(new Error(), { code: 'ERR_INVALID_CHAR' });
    head += `${name}: ${value}\r\n`;
  }
  return head;
}

const abortError = (): Error => Object.assign(new Error(), { name: 'AbortError' });
