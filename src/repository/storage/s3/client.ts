import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Credentials, S3StorageSpec } from '../spec.js';
import { serverClock } from './clock.js';
import { credentialSource } from './credentials.js';
import { endpointOf } from './endpoint.js';
import { codeWord, failureOf, regionName, RequestFailure, type S3Failure } from './failure.js';
import { delayMs, reasonOf, retryAfterMsOf } from './retry.js';
import type { Settings } from './settings.js';
import { amzDate, sha256Hex, signer, UNSIGNED_PAYLOAD } from './signature.js';
import { httpTransport, type HttpAnswer } from './transport.js';
import { encodeQuery } from './uri.js';
import { parseXml, textOf, type XmlElement } from './xml.js';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Undefined for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Their names in lower case. They are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The name of the document that the answer is to be; without it, a body is of no interest. */
  readonly expects?: string;
  /** Whether the answer's body is read bit by bit. */
  readonly streams?: boolean;
  /** Called when the server says that the body is not what its Content-MD5 says; throws if that cannot be helped. */
  readonly checkBody?: () => void;
  /** Ends the request, and the waiting between its tries. */
  readonly signal?: AbortSignal;
}

export interface S3Answer extends HttpAnswer {
  /** Where one was expected. */
  readonly document: XmlElement | undefined;
  readonly attempts: number;
}

/** Sends requests to one bucket. */
export interface S3Client {
  /**
   * The answer to a request that was done. What fails in passing is tried again; what fails for good, or too often, rejects
   * with a `RequestFailure`, or with what the search for credentials throws.
   */
  send(request: S3Request): Promise<S3Answer>;
  close(): void;
}

/** It writes nothing to the console, and follows no redirects. */
export function s3Client(
  spec: S3StorageSpec,
  settings: Settings,
  credentials: S3Credentials | undefined,
): S3Client {
  const { maxAttempts, backoff, random } = settings;
  const endpoint = endpointOf(spec);
  const transport = httpTransport(endpoint, settings);
  const credentialsNow = credentialSource(credentials, spec);
  const authorizationOf = signer(spec.region);
  const clock = serverClock();

  async function sendOnce(request: S3Request): Promise<HttpAnswer> {
    const { method, key, body, streams = false, signal } = request;
    const who = await credentialsNow();
    const query = encodeQuery(request.query ?? {});
    const path = endpoint.pathOf(key);
    const payloadHash = payloadHashOf(request);
    const headers: Record<string, string> = {
      host: endpoint.host,
      ...request.headers,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': amzDate(clock.nowMs()),
      ...(who.sessionToken === undefined ? {} : { 'x-amz-security-token': who.sessionToken }),
    };
    headers['authorization'] = authorizationOf({ method, path, query, headers, payloadHash }, who);
    // Not signed: what is on the way may change it.
    headers['user-agent'] = USER_AGENT;
    if (body !== undefined || method === 'POST') headers['content-length'] = String(body?.length ?? 0);
    return transport.send({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers,
      body,
      streams,
      signal,
    });
  }

  async function send(request: S3Request): Promise<S3Answer> {
    const { signal, checkBody } = request;
    for (let attempts = 1; ; attempts++) {
      const result = await sendOnce(request).then(
        (answer) => read(answer, request.expects),
        (error: unknown) => ({ failure: failureOf(error), retryAfterMs: 0, serverMs: undefined }),
      );
      if (!('failure' in result)) return { ...result, attempts };
      const { failure, retryAfterMs, serverMs } = result;
      if (failure.code === 'BadDigest') checkBody?.();
      const isSkewed = serverMs !== undefined && clock.correct(serverMs);
      const reason = reasonOf(failure);
      const isFinal = reason === 'none' && !isSkewed;
      if (isFinal || attempts >= maxAttempts || signal?.aborted === true) {
        throw new RequestFailure({ ...failure, attempts });
      }
      if (!isSkewed) await pause(delayMs(backoff, reason, attempts, random, retryAfterMs), signal);
    }
  }

  return { send, close: () => transport.close() };
}

const USER_AGENT = 'backup-drill';

const EMPTY_HASH = sha256Hex('');

/**
 * Bodies with an MD5, which is signed, are not hashed a second time: SHA-256 would halve what a core can send. Whoever would
 * change such a body on its way had to find other bytes with the MD5 of these, which nobody can. (What can be made is two
 * files of one MD5, by who has made both; but then the names in a repository, which are MD5s, cannot tell them apart either.)
 */
function payloadHashOf({ body, headers }: S3Request): string {
  if (body === undefined) return EMPTY_HASH;
  return headers?.['content-md5'] === undefined ? sha256Hex(body) : UNSIGNED_PAYLOAD;
}

interface Failed {
  readonly failure: S3Failure;
  readonly retryAfterMs: number;
  /** The time that the server says it is, where it refuses a request for its time. */
  readonly serverMs: number | undefined;
}

/** An answer that says no may say so with any status: some servers begin with "200 OK" and look into the matter then. */
async function read(
  answer: HttpAnswer,
  expects: string | undefined,
): Promise<Omit<S3Answer, 'attempts'> | Failed> {
  const { status } = answer;
  const isOk = status >= 200 && status < 300;
  if (isOk && expects === undefined) return { ...answer, document: undefined };
  const document = answer.body.length === 0 ? undefined : await parseXml(answer.body);
  if (isOk && document?.name === expects) return { ...answer, document };
  const { headers } = answer;
  const error = document?.name === 'Error' ? document : undefined;
  const code = codeWord(textOf(error, 'Code'));
  const region = regionName(headers['x-amz-bucket-region']) ?? regionName(textOf(error, 'Region'));
  const isLate = code === 'RequestTimeTooSkewed' || (status === 403 && answer.body.length === 0);
  return {
    failure: { code, status, attempts: 1, region },
    retryAfterMs: retryAfterMsOf(headers['retry-after'], Date.now()),
    serverMs: isLate ? timeOf(textOf(error, 'ServerTime') ?? headers['date']) : undefined,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new RequestFailure(failureOf(error));
  }
}
