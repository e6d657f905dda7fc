import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { faultList, type FaultKind, type FaultList } from './faults.js';
import { listObjects, listUploads } from './listing.js';
import { abortUpload, completeUpload, createUpload, listParts, uploadPart } from './multipart.js';
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './objects.js';
import { header, parseRequest, S3Refusal, type S3Answer, type S3Request } from './request.js';
import { checkSignature, type ServerCredentials } from './signature.js';
import type { StoredBucket, StoreRules } from './store.js';
import { xmlDocument } from './xml.js';

export interface S3ServerOptions extends Partial<StoreRules> {
  readonly region?: string;
  readonly buckets?: readonly string[];
  readonly credentials?: ServerCredentials;
  /** The server's clock. Default: this machine's. */
  readonly nowMs?: () => number;
  /** With a certificate, in PEM, it speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface LoggedRequest {
  readonly operation: string;
  readonly key: string;
  readonly status: number;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bodyBytes: number;
  readonly bucketInHost: boolean;
}

/** An S3 server in this process's memory that checks what a real one checks. */
export interface S3Server {
  /** `http://localhost:port` (or https): the bucket goes into the path, or in front of the host. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: ServerCredentials;
  readonly buckets: ReadonlyMap<string, StoredBucket>;
  readonly requests: LoggedRequest[];
  readonly faults: FaultList;
  /** Finds every name on the loopback: not all systems know `bucket.localhost`. */
  readonly lookup: LookupFunction;
  close(): Promise<void>;
}

interface Inside {
  readonly options: S3ServerOptions;
  readonly rules: StoreRules;
  readonly server: S3Server;
}

export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const rules: StoreRules = {
    minPartBytes: options.minPartBytes ?? 5 * 1024 * 1024,
    maxKeys: options.maxKeys ?? 1000,
    isCephLike: options.isCephLike ?? true,
  };
  const names = options.buckets ?? ['bucket'];
  const { tls } = options;
  const listener: RequestListener = (message, response) => void serve(inside, message, response);
  const http = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const server: S3Server = {
    endpoint: `${tls ? 'https' : 'http'}://localhost:${(http.address() as AddressInfo).port}`,
    region: options.region ?? 'us-east-1',
    credentials: options.credentials ?? { accessKeyId: `AK${randomUUID()}`, secretAccessKey: randomUUID() },
    buckets: new Map(names.map((name) => [name, { objects: new Map(), uploads: new Map() }])),
    requests: [],
    faults: faultList(),
    lookup: (_, { all }, found) => {
      if (all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
      else found(null, '127.0.0.1', 4);
    },
    close: () => closed(http),
  };
  const inside: Inside = { options, rules, server };
  return server;
}

function closed(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

async function serve(inside: Inside, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    return; // The client went away.
  }
  const request = parseRequest(
    message.method ?? '',
    message.url ?? '',
    message.headers,
    Buffer.concat(chunks),
  );
  const fault = inside.server.faults.strike(request);
  const arrived = fault && 'damageBody' in fault ? damaged(request) : request;
  const answer = skipsWork(fault) ? planted(fault) : answerTo(inside, arrived);
  inside.server.requests.push({
    operation: request.operation,
    key: request.key,
    status: answer.status,
    atMs: performance.now(),
    headers: Object.fromEntries(Object.keys(request.headers).map((name) => [name, header(request, name)])),
    bodyBytes: request.body.length,
    bucketInHost: (request.headers.host ?? '').startsWith(`${request.bucket}.`),
  });
  send(message, response, answer, fault);
}

function damaged(request: S3Request): S3Request {
  const body = Buffer.from(request.body);
  if (body.length > 0) body[0]! ^= 1;
  return { ...request, body };
}

type Skipping = Extract<
  FaultKind,
  { refuse: number } | { errorInOk: string } | { html: true } | { silence: true }
>;

const skipsWork = (fault: FaultKind | undefined): fault is Skipping =>
  fault !== undefined &&
  ('refuse' in fault ||
    'errorInOk' in fault ||
    'html' in fault ||
    'silence' in fault ||
    ('reset' in fault && fault.reset === 'before'));

function planted(fault: Skipping): S3Answer {
  if ('refuse' in fault) {
    const body = xmlDocument('Error', { Code: fault.code, Message: 'planted' });
    return { status: fault.refuse, headers: fault.headers ?? {}, body };
  }
  if ('errorInOk' in fault) return { status: 200, body: xmlDocument('Error', { Code: fault.errorInOk }) };
  if ('html' in fault)
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><br>' };
  return { status: 0 };
}

function answerTo(inside: Inside, request: S3Request): S3Answer {
  const { options, server } = inside;
  try {
    const nowMs = options.nowMs?.() ?? Date.now();
    checkSignature(request, { credentials: server.credentials, region: server.region, nowMs });
    const bucket = server.buckets.get(request.bucket);
    if (!bucket) throw new S3Refusal(404, 'NoSuchBucket', { BucketName: request.bucket });
    return handle(inside, bucket, request);
  } catch (error) {
    if (!(error instanceof S3Refusal)) throw error;
    const body = xmlDocument('Error', { Code: error.code, Message: error.code, ...error.details });
    return { status: error.status, body: request.method === 'HEAD' ? '' : body };
  }
}

function handle({ rules, server }: Inside, bucket: StoredBucket, request: S3Request): S3Answer {
  const refuse = (key: string): boolean =>
    server.faults.strike({ operation: 'DeleteObjectsKey', key }) !== undefined;
  const handlers: Readonly<Record<string, (() => S3Answer) | undefined>> = {
    PutObject: () => putObject(bucket, request),
    GetObject: () => getObject(bucket, request),
    HeadObject: () => headObject(bucket, request),
    DeleteObject: () => deleteObject(bucket, request),
    DeleteObjects: () => deleteObjects(bucket, request, refuse),
    ListObjectsV2: () => listObjects(bucket, request, rules),
    ListMultipartUploads: () => listUploads(bucket, request, rules),
    CreateMultipartUpload: () => createUpload(bucket, request),
    UploadPart: () => uploadPart(bucket, request),
    CompleteMultipartUpload: () => completeUpload(bucket, request, rules),
    AbortMultipartUpload: () => abortUpload(bucket, request),
    ListParts: () => listParts(bucket, request),
    HeadBucket: () => ({ status: 200 }),
  };
  const handler = handlers[request.operation];
  if (!handler) throw new S3Refusal(501, 'NotImplemented');
  return handler();
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: S3Answer,
  fault: FaultKind | undefined,
): void {
  if (fault && 'silence' in fault) return;
  if (fault && 'reset' in fault) {
    message.socket.resetAndDestroy();
    return;
  }
  const body =
    typeof answer.body === 'string' ? Buffer.from(answer.body) : (answer.body ?? new Uint8Array(0));
  response.writeHead(answer.status, {
    'content-length': body.length,
    'x-amz-request-id': '1',
    ...answer.headers,
  });
  if (fault && ('cutBodyAfter' in fault || 'stallBodyAfter' in fault)) {
    const bytes = 'cutBodyAfter' in fault ? fault.cutBodyAfter : fault.stallBodyAfter;
    response.write(body.subarray(0, bytes), () => {
      if ('stallBodyAfter' in fault) return;
      if (fault.how === 'end') message.socket.end();
      // What was written must have left before the reset, which throws it away.
      else setImmediate(() => message.socket.resetAndDestroy());
    });
    return;
  }
  response.end(body);
}
