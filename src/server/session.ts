import { DrillError, revive, serialize, type SerializedError } from '../base/errors.js';
import { plural } from '../base/text.js';
import type { Reply, Session } from '../coordinator/index.js';
import { errorAt, parseScript, type Statement } from '../sql/index.js';
import { quoteName } from '../sql/quoting.js';
import type { JobEnd } from '../coordinator/index.js';
import type { SqlBackend } from './backend.js';
import type { LineWriter } from './lines.js';
import type { ScriptRequest, StatementReply } from './protocol.js';
import { withoutSecrets } from './redact.js';

/** One client's session: what `USE` chose, from script to script. */
export interface SqlSession {
  /**
   * Carries out a script up to its end, its first error or the abort of `signal`; never rejects. `onEnd` is called before
   * the client is told.
   */
  readonly run: (request: ScriptRequest, signal: AbortSignal, onEnd: () => void) => Promise<void>;
}

export function openSession(backend: SqlBackend, writer: LineWriter): SqlSession {
  let session: Session = {};

  async function carryOut(
    statements: readonly Statement[],
    wait: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    for (const [i, statement] of statements.entries()) {
      try {
        signal.throwIfAborted();
        const reply = await backend.execute(statement, session);
        await writer.send({ type: 'reply', ...describe(i + 1, statement, reply, session) });
        if (reply.kind === 'use') session = { database: reply.database };
        if (reply.kind === 'accepted' && wait) await waitForEnd(reply.jobId, statement, signal);
      } catch (error) {
        const stopped = signal.aborted ? interrupted() : revive(serialize(error));
        throw withLeftOut(located(stopped, statement), statements.length - i - 1);
      }
    }
  }

  async function waitForEnd(jobId: number, statement: Statement, signal: AbortSignal): Promise<void> {
    const end = await backend.waitFor(jobId, {
      signal,
      onProgress: (progress) => writer.sendIfIdle({ type: 'progress', progress }),
    });
    await writer.send({ type: 'job-end', end: withCleanError(end, statement) });
    if (end.state === 'CANCELLED') throw jobFailed(end);
  }

  return {
    async run(request, signal, onEnd) {
      const error = await outcome(async () => {
        await carryOut(parseScript(request), request.wait, signal);
      }, request);
      onEnd();
      await writer.send({ type: 'end', ...(error && { error }) });
    },
  };
}

async function outcome(
  action: () => Promise<void>,
  source: ScriptRequest,
): Promise<SerializedError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return withoutSecrets(revive(serialize(error)), source).toJSON();
  }
}

function describe(number: number, statement: Statement, reply: Reply, session: Session): StatementReply {
  const cancelWith = reply.kind === 'accepted' ? cancelling(statement, session) : undefined;
  return {
    statement: number,
    kind: statement.kind,
    reply,
    ...(cancelWith === undefined ? {} : { cancelWith }),
  };
}

function cancelling(statement: Statement, session: Session): string | undefined {
  if (statement.kind !== 'backup' && statement.kind !== 'restore') return undefined;
  const database = statement.database?.text ?? session.database;
  return `CANCEL ${statement.kind.toUpperCase()}${database === undefined ? '' : ` FROM ${quoteName(database)}`}`;
}

function withCleanError(end: JobEnd, statement: Statement): JobEnd {
  return end.error ? { ...end, error: withoutSecrets(revive(end.error), statement.source).toJSON() } : end;
}

function jobFailed({ jobId, error }: JobEnd): DrillError {
  if (!error) return new DrillError('JOB_CANCELLED', `job ${jobId} was cancelled`);
  const { code, message, ...rest } = error;
  return new DrillError(code, `job ${jobId} was cancelled: ${message}`, rest);
}

/** At its statement, where the error does not say where. */
function located(error: DrillError, statement: Statement): DrillError {
  if (error.place || error.code === 'INTERRUPTED') return error;
  return errorAt(statement, statement.span, error.code, error.message, error.hint);
}

function withLeftOut(error: DrillError, leftOut: number): DrillError {
  if (leftOut === 0) return error;
  const { code, message, ...rest } = error.toJSON();
  const what =
    leftOut === 1 ? 'the statement after it was' : `the ${plural(leftOut, 'statement')} after it were`;
  return new DrillError(code, `${message} (${what} left out)`, rest);
}

const interrupted = (): DrillError => new DrillError('INTERRUPTED', 'the script was interrupted');
