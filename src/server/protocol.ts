import * as z from 'zod';
import { DrillError, type SerializedError } from '../base/errors.js';
import type { Reply } from '../coordinator/index.js';
import type { Statement } from '../sql/index.js';
import type { JobEnd, JobProgress } from '../coordinator/index.js';

/*
 * What goes over the socket: JSON, one message a line. The client says hello, the server answers hello or refuses; from
 * then on the client sends scripts, one at a time, and the server answers each with any number of `reply`, `progress`
 * and `job-end`, and with one `end`. A connection is a session, and ends with it.
 */

/** The longest line that a server takes, in bytes: parsing more would keep others waiting. */
export const MAX_REQUEST_BYTES = 4 * 2 ** 20;

const hello = z.object({ type: z.literal('hello'), version: z.string() });

const script = z.object({
  type: z.literal('script'),
  /** Where the text comes from: what messages call it. */
  name: z.string(),
  text: z.string(),
  /** Whether to wait for the end of each job before the next statement. */
  wait: z.boolean(),
});

/** Ends the script that runs; jobs go on. */
const stop = z.object({ type: z.literal('stop') });

const clientMessage = z.discriminatedUnion('type', [hello, script, stop]);

export type ClientMessage = z.infer<typeof clientMessage>;
export type ScriptRequest = z.infer<typeof script>;

export type ServerMessage =
  | { readonly type: 'hello'; readonly version: string }
  /** The last message of a connection that is not served. */
  | { readonly type: 'refused'; readonly error: SerializedError }
  | ({ readonly type: 'reply' } & StatementReply)
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'job-end'; readonly end: JobEnd }
  | { readonly type: 'end'; readonly error?: SerializedError };

/** The answer to one statement of a script. */
export interface StatementReply {
  /** Which statement of the script, from 1. */
  readonly statement: number;
  readonly kind: Statement['kind'];
  readonly reply: Reply;
  /** For an accepted job: the statement that cancels it. */
  readonly cancelWith?: string;
}

/** A client's message. Throws SERVER_PROTOCOL; the message does not repeat what was sent. */
export function parseClientMessage(line: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw notUnderstood('it is not JSON');
  }
  const message = clientMessage.safeParse(value);
  if (message.success) return message.data;
  const [issue] = message.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw notUnderstood(`${where === '' ? 'message' : where}: ${issue?.message ?? 'bad'}`);
}

/** A server's message, of which its sender is trusted. Throws SERVER_PROTOCOL. */
export function parseServerMessage(line: string): ServerMessage {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value === 'object' && value !== null && 'type' in value) return value as ServerMessage;
  } catch {
    // Said below.
  }
  throw new DrillError('SERVER_PROTOCOL', 'what answers there is no drill server', {
    hint: 'give the data directory of a server that `npx drill serve` started',
  });
}

export function notUnderstood(what: string): DrillError {
  return new DrillError('SERVER_PROTOCOL', `the server does not understand a message: ${what}`, {
    hint: 'use the client of the same version: npx drill sql',
  });
}

export function otherVersion(server: string, client: string): DrillError {
  const message = `the server is drill ${server}, and its client is drill ${client}`;
  return new DrillError('SERVER_PROTOCOL', message, {
    hint: 'use the same version for both: start the server again after an update',
  });
}
