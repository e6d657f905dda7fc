import { createLogUpdate } from 'log-update';
import { serialize, type DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';
import { formatBytes, formatDuration } from '../base/units.js';
import { printableJson, rowsObjects, rowsTable, rowsTsv, rowsVertical, type Rows } from '../report/rows.js';
import type { JobEnd, JobProgress, StatementReply } from '../server/index.js';
import { printable } from './printable.js';

/** How answers are shown. */
export type SqlForm = 'table' | 'tsv' | 'vertical' | 'json';

/** Where they go; texts come without their last newline. */
export interface SqlOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether `out` is a terminal. */
  readonly terminal: boolean;
  /** Whether `err` is one, so that progress can be redrawn in place. */
  readonly live: boolean;
  readonly width: () => number;
}

export interface SqlPrinter {
  readonly onReply: (reply: StatementReply) => void;
  readonly onProgress: (progress: JobProgress) => void;
  readonly onJobEnd: (end: JobEnd) => void;
  readonly onError: (error: DrillError) => void;
  /** Ends a line that is being redrawn. */
  readonly done: () => void;
}

/** Plain lines of progress come this far apart. */
const PLAIN_INTERVAL_MS = 2000;

export function sqlPrinter(form: SqlForm, output: SqlOutput, quiet: boolean): SqlPrinter {
  return form === 'json' ? jsonPrinter(output) : textPrinter(form, output, quiet);
}

function textPrinter(form: SqlForm, output: SqlOutput, quiet: boolean): SqlPrinter {
  const { out, err } = output;
  const progress = quiet ? NO_PROGRESS : output.live ? liveProgress() : plainProgress(err);
  const note = (text: string): void => {
    progress.clear();
    if (!quiet) err(text);
  };
  return {
    onReply({ reply }) {
      progress.clear();
      if (reply.kind === 'accepted') note(`Query OK, job ${reply.jobId} accepted`);
      if (reply.kind === 'use') note(`Database changed to ${printable(reply.database)}`);
      if (reply.kind === 'done') note('Query OK');
      if (reply.kind !== 'rows') return;
      const text = rowsText(form, reply.table, output);
      if (text !== '') out(text);
      if (output.terminal) note(countOf(reply.table));
    },
    onProgress: progress.show,
    onJobEnd({ jobId, state, durationMs }) {
      if (state === 'FINISHED') note(`Job ${jobId} FINISHED after ${formatDuration(durationMs)}`);
    },
    onError(error) {
      progress.clear();
      err(`drill: ${printable(error.format())}`);
    },
    done: progress.clear,
  };
}

function rowsText(form: SqlForm, table: Rows, { terminal, width }: SqlOutput): string {
  if (table.rows.length === 0) return '';
  if (form === 'table') return rowsTable(table, { width: width() });
  return form === 'vertical' ? rowsVertical(table) : rowsTsv(table, { terminal });
}

const countOf = ({ rows }: Rows): string =>
  rows.length === 0 ? 'Empty set' : `${plural(rows.length, 'row')} in set`;

function jsonPrinter({ out, err }: SqlOutput): SqlPrinter {
  const line = (value: object): void => out(printableJson(value));
  return {
    onReply({ statement, reply }) {
      if (reply.kind !== 'rows') {
        const { kind: type, ...rest } = reply;
        line({ type, statement, ...rest });
        return;
      }
      for (const row of rowsObjects(reply.table)) line({ type: 'row', statement, row });
      line({ type: 'done', statement, rows: reply.table.rows.length });
    },
    onProgress: (progress) => line({ type: 'progress', ...progress }),
    onJobEnd: (end) => line({ type: 'job-end', ...end }),
    onError(error) {
      line({ type: 'error', ...serialize(error) });
      err(`drill: ${printable(error.format())}`);
    },
    done: () => undefined,
  };
}

interface Progress {
  readonly show: (progress: JobProgress) => void;
  readonly clear: () => void;
}

const NO_PROGRESS: Progress = { show: () => undefined, clear: () => undefined };

function liveProgress(): Progress {
  const draw = createLogUpdate(process.stderr);
  let drawn = false;
  return {
    show(progress) {
      drawn = true;
      draw(progressText(progress));
    },
    clear() {
      if (!drawn) return;
      drawn = false;
      draw.clear();
      // Gives the cursor back.
      draw.done();
    },
  };
}

function plainProgress(err: (text: string) => void): Progress {
  let lastMs = -Infinity;
  return {
    show(progress) {
      const nowMs = performance.now();
      if (nowMs - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs;
      err(progressText(progress));
    },
    clear: () => undefined,
  };
}

function progressText({ jobId, state, elapsedMs, doneShards, totalShards, totalBytes }: JobProgress): string {
  const shards = `${doneShards}/${plural(totalShards, 'shard')} of`;
  return printable(
    `  job ${jobId}  ${state}  ${shards} ${formatBytes(totalBytes)}  ${formatDuration(elapsedMs)}`,
  );
}
