import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import test from 'ava';
import * as fc from 'fast-check';
import { AnswerParser } from '../../../src/repository/storage/s3/http/answer-parser.js';

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Undefined: it has not come to its end. */
  readonly isKept: boolean | undefined;
}

/** What comes of an answer that comes in pieces of these sizes, again and again. Throws what the parser throws. */
function read(
  bytes: Uint8Array,
  { method = 'GET', pieces = [bytes.length || 1], isClosed = false } = {},
): Read {
  let head: Pick<Read, 'status' | 'headers'> = { status: 0, headers: {} };
  const body: Uint8Array[] = [];
  let isKept: boolean | undefined;
  const parser = new AnswerParser(method, {
    onHead: (found) => void (head = found),
    onBody: (some) => void body.push(some),
    onEnd: (kept) => void (isKept = kept),
  });
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = pieces[piece % pieces.length]!;
    parser.push(bytes.subarray(at, at + size));
    at += size;
  }
  if (isClosed) parser.end();
  return { ...head, body: Buffer.concat(body).toString('latin1'), isKept };
}

const answer = (...lines: readonly string[]): Uint8Array => Buffer.from(lines.join('\r\n'), 'latin1');

/** The bytes that Node's own server sends for an answer. */
async function sentByNode(method: string, respond: (response: ServerResponse) => void): Promise<Uint8Array> {
  const server = createServer((_, response) => respond(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
  server.close();
  return Buffer.concat(chunks);
}

const piecesOf = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

test("what Node's server sends is read as what it was, in whatever pieces it comes", async (t) => {
  const cases = fc.record({
    status: fc.constantFrom(200, 206, 204, 304, 403, 503),
    method: fc.constantFrom('GET', 'HEAD', 'PUT'),
    value: fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
    parts: fc.array(fc.stringMatching(/^[\n\r -~]{1,60}$/), { maxLength: 5 }),
    isChunked: fc.boolean(),
    pieces: piecesOf,
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ status, method, value, parts, isChunked, pieces }) => {
      const whole = parts.join('');
      const bytes = await sentByNode(method, (response) => {
        response.writeHead(status, {
          'X-Value': value,
          ...(isChunked ? {} : { 'content-length': whole.length }),
        });
        for (const part of parts) response.write(part);
        response.end();
      });
      const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
      const found = read(bytes, { method, pieces });
      t.is(found.status, status);
      t.is(found.headers['x-value'], value);
      t.is(found.body, hasBody ? whole : '');
      t.is(found.isKept, false, 'it was asked to close');
    }),
    { numRuns: 60 },
  );
});

test('a connection is kept where both sides can tell where the answer ends, and neither minds', (t) => {
  const kept = (...lines: readonly string[]): boolean | undefined => read(answer(...lines, '', '')).isKept;
  t.true(kept('HTTP/1.1 200 OK', 'content-length: 0'));
  t.false(kept('HTTP/1.1 200 OK', 'content-length: 0', 'Connection: close'));
  t.false(kept('HTTP/1.0 200 OK', 'content-length: 0'));
  t.true(kept('HTTP/1.0 200 OK', 'content-length: 0', 'connection: Keep-Alive'));
  const unending = answer('HTTP/1.1 200 OK', '', 'abc');
  t.like(read(unending), { body: 'abc', isKept: undefined });
  t.like(read(unending, { isClosed: true }), { body: 'abc', isKept: false });
});

test('answers that are only announced are passed over', (t) => {
  const found = read(
    answer('HTTP/1.1 100 Continue', 'a: b', '', 'HTTP/1.1 200', 'Content-Length: 2', '', 'ok'),
  );
  t.deepEqual(found, { status: 200, headers: { 'content-length': '2' }, body: 'ok', isKept: true });
});

test('chunks may have extensions, and trailers may follow', (t) => {
  const chunked = answer(
    'HTTP/1.1 200 OK',
    'Transfer-Encoding: chunked',
    '',
    'A;x=1',
    '0123456789',
    '0',
    't: 1',
    '',
    '',
  );
  for (let piece = 1; piece <= chunked.length; piece++) {
    t.like(read(chunked, { pieces: [piece] }), { body: '0123456789', isKept: true });
  }
});

test('what is not understood is refused, in whatever pieces it comes', (t) => {
  const ok = 'HTTP/1.1 200 OK';
  const refused: Readonly<Record<string, readonly string[]>> = {
    'another protocol': ['SSH-2.0-OpenSSH', ''],
    'another version': ['HTTP/2 200', ''],
    'a status that is none': ['HTTP/1.1 2000 OK', ''],
    'a header without a name': [ok, ': x', ''],
    'a header with a space': [ok, 'content-length : 3', ''],
    'a header that goes on': [ok, 'a: b', ' c', ''],
    'two lengths': [ok, 'content-length: 3', 'content-length: 4', ''],
    'a negative length': [ok, 'content-length: -1', ''],
    'a length of another number': [ok, 'content-length: 0x10', ''],
    'two ways to tell the end': [ok, 'content-length: 3', 'transfer-encoding: chunked', ''],
    'a coding that nobody asked for': [ok, 'transfer-encoding: gzip, chunked', ''],
    'a chunk without a size': [ok, 'transfer-encoding: chunked', '', 'x', ''],
    'a chunk that is longer': [ok, 'transfer-encoding: chunked', '', '1', 'ab', ''],
    'more than an answer': [ok, 'content-length: 1', '', 'ab'],
    'a head without end': [ok, `a: ${'b'.repeat(70_000)}`, ''],
    'headers without end': [ok, ...Array.from({ length: 9000 }, (_, i) => `a${i}: b`), ''],
  };
  for (const [what, lines] of Object.entries(refused)) {
    for (const pieces of [[1], [7], [1e6]])
      t.throws(() => read(answer(...lines, ''), { pieces }), undefined, what);
  }
});

test('an answer that is cut anywhere has not come to its end', (t) => {
  for (const whole of [
    answer('HTTP/1.1 200 OK', 'content-length: 5', '', 'abcde'),
    answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '3', 'abc', '0', '', ''),
  ]) {
    for (let length = 0; length < whole.length; length++) {
      t.is(read(whole.subarray(0, length), { isClosed: true }).isKept, undefined, `after ${length}`);
    }
    t.true(read(whole).isKept);
  }
});
