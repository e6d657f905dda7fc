/** What an answer begins with. */
export interface AnswerHead {
  readonly status: number;
  /** By their names in lower case; the values of one name are joined. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Told of an answer as it comes. */
export interface AnswerListener {
  onHead(head: AnswerHead): void;
  onBody(bytes: Uint8Array): void;
  /** `isKept`: whether the connection serves for another request. */
  onEnd(isKept: boolean): void;
}

/** More than any server sends before a body. */
const MOST_HEAD_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const LENGTH = /^\d{1,15}$/;
const CHUNK_LINE = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/;

type State =
  'status' | 'headers' | 'body' | 'rest' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'over';

/**
 * Reads one answer of HTTP/1.1 (RFC 9112) from the pieces in which it comes. It is strict: what is not understood is refused,
 * since whoever guesses where an answer ends takes part of it for the next one.
 */
export class AnswerParser {
  private readonly listener: AnswerListener;
  private readonly hasNoBody: boolean;
  private state: State = 'status';
  private line = '';
  private headBytes = 0;
  private status = 0;
  private headers: Record<string, string | undefined> = {};
  private isKept = false;
  /** Of the body, or of the chunk of it. */
  private leftBytes = 0;

  /** `method`: of the request; an answer to HEAD says how long its body would be, and has none. */
  constructor(method: string, listener: AnswerListener) {
    this.listener = listener;
    this.hasNoBody = method === 'HEAD';
  }

  /** Takes the next bytes. Throws, for good, where they are not HTTP. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const { state } = this;
      if (state === 'over') throw notHttp('bytes after the end of an answer');
      at =
        state === 'body' || state === 'rest' || state === 'chunk'
          ? this.take(bytes, at)
          : this.read(bytes, at);
    }
  }

  /** The connection is at its end: which is where some bodies end. */
  end(): void {
    if (this.state === 'rest') this.finish(false);
  }

  private take(bytes: Uint8Array, from: number): number {
    const to = this.state === 'rest' ? bytes.length : Math.min(bytes.length, from + this.leftBytes);
    this.listener.onBody(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
    this.leftBytes -= to - from;
    if (this.state === 'body' && this.leftBytes === 0) this.finish(this.isKept);
    else if (this.state === 'chunk' && this.leftBytes === 0) this.state = 'chunk end';
    return to;
  }

  /** Reads up to the end of a line, if it is there. */
  private read(bytes: Uint8Array, from: number): number {
    const found = bytes.indexOf(LINE_FEED, from);
    const to = found < 0 ? bytes.length : found;
    this.headBytes += to - from + 1;
    if (this.headBytes > MOST_HEAD_BYTES) throw notHttp('an answer with too much before its body');
    this.line += Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    if (found < 0) return to;
    const line = this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line;
    this.line = '';
    this.understand(line);
    return found + 1;
  }

  private understand(line: string): void {
    switch (this.state) {
      case 'status': {
        const [, minor, status] = STATUS_LINE.exec(line) ?? [];
        if (minor === undefined) throw notHttp('no answer of HTTP/1.1');
        this.status = Number(status);
        this.isKept = minor === '1';
        this.headers = {};
        this.state = 'headers';
        return;
      }
      case 'headers':
        if (line === '') this.beginBody();
        else this.addHeader(line);
        return;
      case 'chunk size': {
        const [, size] = CHUNK_LINE.exec(line) ?? [];
        if (size === undefined) throw notHttp('a chunk without a size');
        this.leftBytes = Number.parseInt(size, 16);
        // What comes before a chunk is no head.
        this.headBytes = 0;
        this.state = this.leftBytes === 0 ? 'trailers' : 'chunk';
        return;
      }
      case 'chunk end':
        if (line !== '') throw notHttp('a chunk that is longer than it says');
        this.state = 'chunk size';
        return;
      default:
        if (line === '') this.finish(this.isKept);
    }
  }

  private addHeader(line: string): void {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw notHttp('a header that is none');
    const key = name.toLowerCase();
    const before = this.headers[key];
    this.headers[key] = before === undefined ? value : `${before}, ${value}`;
  }

  private beginBody(): void {
    const { status, headers } = this;
    // "Go on", or the like: the answer is still to come.
    if (status < 200) {
      this.state = 'status';
      return;
    }
    const connection = headers['connection']?.toLowerCase() ?? '';
    if (connection.includes('close')) this.isKept = false;
    else if (connection.includes('keep-alive')) this.isKept = true;
    const length = headers['content-length'];
    const coding = headers['transfer-encoding']?.toLowerCase();
    if (length !== undefined && !LENGTH.test(length)) throw notHttp('a length that is none');
    if (coding !== undefined && (coding !== 'chunked' || length !== undefined))
      throw notHttp('a body of which it is not clear where it ends');
    this.listener.onHead({ status, headers });
    this.leftBytes = Number(length ?? 0);
    const isEmpty = length !== undefined && this.leftBytes === 0;
    if (this.hasNoBody || status === 204 || status === 304 || isEmpty) this.finish(this.isKept);
    else if (coding !== undefined) this.state = 'chunk size';
    else this.state = length === undefined ? 'rest' : 'body';
  }

  private finish(isKept: boolean): void {
    this.state = 'over';
    this.listener.onEnd(isKept);
  }
}

/** Without a code: what speaks like this is no S3 server. */
const notHttp = (what: string): Error => new Error(what);
