import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { endpointOf } from '../../../src/repository/storage/s3/endpoint.js';
import { settingsOf } from '../../../src/repository/storage/s3/settings.js';
import type { S3StorageOptions } from '../../../src/repository/storage/s3/settings.js';
import {
  httpTransport,
  type HttpRequest,
  type Transport,
} from '../../../src/repository/storage/s3/transport.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

interface Setup {
  readonly transport: Transport;
  /** In the order in which they were made. */
  readonly connections: readonly Socket[];
}

/** A transport to a server that answers each piece that comes over a connection by `respond`. */
async function setUp(
  t: ExecutionContext,
  respond: (socket: Socket, piece: string) => void,
  options: S3StorageOptions = {},
  host = '127.0.0.1',
): Promise<Setup> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => respond(socket, piece.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://${host}:${(server.address() as AddressInfo).port}`;
  const transport = httpTransport(
    endpointOf({ kind: 's3', endpoint, region: 'r', bucket: 'bucket', prefix: '', addressing: 'path' }),
    settingsOf(options),
  );
  t.teardown(() => {
    transport.close();
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { transport, connections };
}

const requestOf = (request: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  path: '/bucket/f',
  headers: { host: 'x' },
  body: undefined,
  streams: false,
  signal: undefined,
  ...request,
});

test('a request is what was asked for, and nothing more', async (t) => {
  const seen: string[] = [];
  const { transport } = await setUp(t, (socket, piece) => {
    seen.push(piece);
    socket.write(OK);
  });
  const { status, body } = await transport.send(requestOf({ method: 'PUT', body: Buffer.from('abc') }));
  t.is(status, 200);
  t.is(Buffer.from(body).toString(), 'ok');
  t.is(seen.join(''), 'PUT /bucket/f HTTP/1.1\r\nhost: x\r\n\r\nabc');
});

test('what would end a header, and begin another one, is not sent', async (t) => {
  const { transport, connections } = await setUp(t, (socket) => socket.write(OK));
  for (const value of ['a\r\nb: c', 'a\nb', 'a\0', 'ā']) {
    await t.throwsAsync(transport.send(requestOf({ headers: { token: value } })), {
      code: 'ERR_INVALID_CHAR',
    });
  }
  t.is(connections.length, 0);
});

test('a connection on which something came that nobody asked for is not used again', async (t) => {
  const { transport, connections } = await setUp(t, (socket) => {
    socket.write(OK);
    setTimeout(() => socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n'), 20);
  });
  t.is((await transport.send(requestOf())).status, 200);
  await sleep(200);
  t.is((await transport.send(requestOf())).status, 200);
  t.is(connections.length, 2);
});

test('a connection that the server closed in between is not used again', async (t) => {
  const { transport, connections } = await setUp(t, (socket) => socket.write(OK));
  for (let i = 0; i < 3; i++) {
    await transport.send(requestOf());
    connections.at(-1)!.end();
    await sleep(50);
  }
  t.is(connections.length, 3);
  await Promise.all([transport.send(requestOf()), transport.send(requestOf())]);
  await transport.send(requestOf());
  t.is(connections.length, 5, 'two at once, and one of them again');
});

test('a connection is not used again where the server did not read all, or speaks out of turn', async (t) => {
  const large = new Uint8Array(64 * 2 ** 20);
  const { transport, connections } = await setUp(t, (socket, piece) => {
    if (piece.startsWith('PUT')) {
      socket.pause();
      socket.write(OK);
    } else if (piece.startsWith('GET')) socket.write(`${OK}${OK}`);
  });
  t.is((await transport.send(requestOf({ method: 'PUT', body: large }))).status, 200);
  t.is((await transport.send(requestOf())).status, 200);
  t.is((await transport.send(requestOf())).status, 200);
  t.is(connections.length, 3);
});

test('who is given up while waiting for a connection, or for an answer, gets none', async (t) => {
  const { transport, connections } = await setUp(t, () => undefined, {
    maxSockets: 1,
    requestTimeoutMs: 300,
  });
  const abort = new AbortController();
  const first = transport.send(requestOf({ signal: abort.signal }));
  const second = transport.send(requestOf({ signal: abort.signal }));
  const third = transport.send(requestOf());
  // Or their failures would be nobody's for a moment.
  for (const each of [first, second, third]) each.catch(() => undefined);
  while (connections.length === 0) await sleep(5);
  await sleep(20);
  t.is(connections.length, 1);
  abort.abort();
  await t.throwsAsync(first, { name: 'AbortError' });
  await t.throwsAsync(second, { name: 'AbortError' });
  await t.throwsAsync(third, { name: 'TimeoutError' });
  await t.throwsAsync(transport.send(requestOf({ signal: abort.signal })), { name: 'AbortError' });
  t.true(connections.length <= 2, 'the third had one of its own');
});

test('a connection that ends, or speaks another language, is a failure', async (t) => {
  const { transport } = await setUp(t, (socket, piece) => {
    if (piece.startsWith('PUT')) socket.write('220 smtp\r\n');
    else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok');
  });
  await t.throwsAsync(transport.send(requestOf()), { code: 'ECONNRESET' });
  await t.throwsAsync(transport.send(requestOf({ method: 'PUT' })), { message: /HTTP/ });
});

test('an answer without end is not kept in memory', async (t) => {
  const { transport } = await setUp(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = (): void => {
      while (socket.writable && socket.write(new Uint8Array(2 ** 20)));
    };
    socket.on('drain', more);
    more();
  });
  await t.throwsAsync(transport.send(requestOf()), { message: '' });
});

/**
 * Answers with a head, and with its body as much later as `waitMs` says of the answer's number over its connection. `load`: how many it is
 * at, and was at most.
 */
const headFirst = (waitMs: (nth: number) => number, load = { now: 0, most: 0 }) => {
  const answers = new WeakMap<Socket, number>();
  return (socket: Socket, piece: string): void => {
    const nth = (answers.get(socket) ?? 0) + 1;
    answers.set(socket, nth);
    const isLast = piece.includes('connection: close');
    socket.write(`HTTP/1.1 200 OK\r\n${isLast ? 'connection: close\r\n' : ''}content-length: 2\r\n\r\n`);
    load.most = Math.max(load.most, ++load.now);
    const send = (): void => {
      load.now--;
      if (isLast) socket.end('ok');
      else socket.write('ok');
    };
    if (waitMs(nth) === 0) setImmediate(send);
    else setTimeout(send, waitMs(nth));
  };
};

const HELD_BACK_MS = 60;
const ANSWERS = 12;

test('where bodies are held back until their heads are acknowledged, an answer has a connection of its own', async (t) => {
  const respond = headFirst((nth) => (nth === 1 ? 0 : HELD_BACK_MS));
  const seen = { ofOneAnswer: 0 };
  const { transport, connections } = await setUp(t, (socket, piece) => {
    if (piece.includes('connection: close')) seen.ofOneAnswer++;
    respond(socket, piece);
  });
  // On a busy machine, more may have to go before it is clear.
  for (let sent = 0; seen.ofOneAnswer < ANSWERS && sent < 20 * ANSWERS; sent++) {
    const { body } = await transport.send(requestOf());
    t.is(Buffer.from(body).toString(), 'ok');
  }
  t.is(seen.ofOneAnswer, ANSWERS);
  t.true(connections.length >= ANSWERS);
  // What has no body to wait for keeps its connection.
  const before = connections.length;
  await transport.send(requestOf({ method: 'PUT', body: Buffer.from('abc') }));
  await transport.send(requestOf({ method: 'PUT', body: Buffer.from('abc') }));
  t.true(connections.length <= before + 1);
  t.is(seen.ofOneAnswer, ANSWERS);
});

test('of connections for one answer there are no more at a time than of others', async (t) => {
  const load = { now: 0, most: 0 };
  const respond = headFirst((nth) => (nth === 1 ? 10 : HELD_BACK_MS), load);
  const { transport } = await setUp(t, respond, { maxSockets: 2 });
  await Promise.all(Array.from({ length: 4 * ANSWERS }, () => transport.send(requestOf())));
  t.deepEqual(load, { now: 0, most: 2 });
});

test('where to connect takes as long as a body is held back, connections are kept', async (t) => {
  const respond = headFirst((nth) => (nth === 1 ? 0 : HELD_BACK_MS));
  const lookup: S3StorageOptions['lookup'] = (_, { all }, found) => {
    setTimeout(() => {
      if (all) found(null, [{ address: '127.0.0.1', family: 4 }]);
      else found(null, '127.0.0.1', 4);
    }, HELD_BACK_MS);
  };
  const { transport, connections } = await setUp(t, respond, { lookup }, 'far.test');
  for (let sent = 0; sent < 2 * ANSWERS; sent++) await transport.send(requestOf());
  // The first, one to try it, and the third.
  t.is(connections.length, 3);
});

test('a server that does not close a connection for one answer is not waited for', async (t) => {
  const respond = headFirst((nth) => (nth === 1 ? 0 : HELD_BACK_MS));
  const open = { most: 0 };
  const { transport, connections } = await setUp(
    t,
    (socket, piece) => {
      open.most = Math.max(open.most, connections.filter(({ closed }) => !closed).length);
      respond(socket, piece.replace('connection: close', ''));
    },
    { maxSockets: 1 },
  );
  for (let sent = 0; open.most < 2 && sent < 3 * ANSWERS; sent++) await transport.send(requestOf());
  t.is(open.most, 2);
});

test('where a server is slow, over a new connection too, that one is kept', async (t) => {
  const { transport, connections } = await setUp(
    t,
    headFirst(() => HELD_BACK_MS),
  );
  for (let sent = 0; sent < ANSWERS; sent++) await transport.send(requestOf());
  // The first, one of a single answer, and the third.
  t.is(connections.length, 3);
});
