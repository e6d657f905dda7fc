import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { between, pick } from './chaos.js';
import type { RandomStream } from '../../src/base/random.js';

/** What a proxy does to a request, besides passing it on. */
export const TROUBLES = [
  '500',
  'slow down',
  'reset before',
  'reset after',
  'stall before',
  'stall after',
  'stall in the answer',
  'cut by a reset',
  'cut by an end',
  'bit of the body',
  'bit of the answer',
  'lying ETag',
  'stale listing',
  'error in 200',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Makes trouble between a client and an S3 server, or none. Requests are signed for the proxy's name, and pass as they are. */
export interface FaultyProxy {
  readonly endpoint: string;
  /** The chance that a request is troubled. 0: it only passes on. */
  chance: number;
  /** How many requests may be troubled from now on. */
  left: number;
  /** Which troubles there may be. */
  troubles: readonly Trouble[];
  readonly struck: Map<Trouble, number>;
  close(): Promise<void>;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Buffer;
}

/** Answers of listings, by their URLs: the oldest one is told again. */
type Listings = Map<string, Answer>;

export async function startProxy(upstream: string, random: RandomStream): Promise<FaultyProxy> {
  const agent = new Agent({ keepAlive: true });
  const listings: Listings = new Map();
  const server = createServer((message, response) => {
    void serve(message, response).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    chance: 0,
    left: Infinity,
    troubles: TROUBLES,
    struck: new Map(),
    close: () => closed(server, agent),
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(message);
    const isTroubled = random() < proxy.chance && proxy.left > 0;
    const trouble = isTroubled ? fitting(pick(random, proxy.troubles), message) : undefined;
    if (trouble) {
      proxy.left--;
      proxy.struck.set(trouble, (proxy.struck.get(trouble) ?? 0) + 1);
    }
    const exchange = {
      message,
      response,
      body: trouble === 'bit of the body' ? flipped(body, random) : body,
    };
    const planted = trouble && (await before(trouble, exchange, listings));
    if (planted === 'over') return;
    const answer = planted ?? (await passOn(upstream, agent, exchange));
    if (isListing(message) && !listings.has(message.url!)) listings.set(message.url!, answer);
    send(exchange, answer, trouble, random);
  }
  return proxy;
}

/** A trouble that a request can have; undefined if this one cannot. */
function fitting(trouble: Trouble, message: IncomingMessage): Trouble | undefined {
  const { method = '', url = '' } = message;
  if (trouble === 'stale listing') return isListing(message) ? trouble : undefined;
  if (trouble === 'error in 200') return method === 'POST' && /[?&]uploadId=/.test(url) ? trouble : undefined;
  if (trouble === 'bit of the body') return method === 'PUT' ? trouble : undefined;
  const isAboutAnswer =
    trouble.startsWith('cut') || trouble === 'bit of the answer' || trouble === 'stall in the answer';
  return isAboutAnswer && method !== 'GET' ? undefined : trouble;
}

const isListing = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'GET' && /[?&]list-type=2/.test(url);

/** What happens instead of passing a request on: an answer, nothing any more, or undefined: it is passed on. */
async function before(
  trouble: Trouble,
  exchange: Exchange,
  listings: Listings,
): Promise<Answer | 'over' | undefined> {
  const { message } = exchange;
  switch (trouble) {
    case '500':
      return errorAnswer(500, 'InternalError');
    case 'slow down':
      return errorAnswer(503, 'SlowDown');
    case 'error in 200':
      return errorAnswer(200, 'InternalError');
    case 'reset before':
      message.socket.resetAndDestroy();
      return 'over';
    case 'stall before':
      return 'over';
    case 'stale listing':
      return listings.get(message.url!);
    default:
      return undefined;
  }
}

function send(
  { message, response }: Exchange,
  answer: Answer,
  trouble: Trouble | undefined,
  random: RandomStream,
): void {
  if (trouble === 'stall after') return;
  if (trouble === 'reset after') return void message.socket.resetAndDestroy();
  const headers = answer.headers.map(([name, value]): [string, string] =>
    trouble === 'lying ETag' && name.toLowerCase() === 'etag' ? [name, `"${'0'.repeat(32)}"`] : [name, value],
  );
  const body = trouble === 'bit of the answer' ? flipped(answer.body, random) : answer.body;
  response.writeHead(answer.status, headers.flat());
  if (trouble !== 'stall in the answer' && trouble?.startsWith('cut') !== true)
    return void response.end(body);
  response.write(body.subarray(0, body.length >> 1), () => {
    if (trouble === 'cut by an end') message.socket.end();
    // What was written must have left before the reset, which throws it away.
    if (trouble === 'cut by a reset') setImmediate(() => message.socket.resetAndDestroy());
  });
}

function passOn(upstream: string, agent: Agent, { message, body }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = new URL(message.url!, upstream);
    const { method } = message;
    const headers = { ...message.headers };
    const request = httpRequest(target, { method, headers, agent, setHost: false }, (answer) => {
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode!, headers: headersOf(answer), body: bytes }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Those of the connection are the proxy's own. */
function headersOf(answer: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!;
    if (!/^(connection|keep-alive|transfer-encoding|date)$/i.test(name))
      headers.push([name, answer.rawHeaders[i + 1]!]);
  }
  return headers;
}

function errorAnswer(status: number, code: string): Answer {
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>planted</Message></Error>`,
  );
  return {
    status,
    headers: [
      ['content-type', 'application/xml'],
      ['content-length', String(body.length)],
    ],
    body,
  };
}

function flipped(bytes: Buffer, random: RandomStream): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[between(random, 0, copy.length)]! ^= 1 << between(random, 0, 8);
  return copy;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function closed(server: Server, agent: Agent): Promise<void> {
  agent.destroy();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
