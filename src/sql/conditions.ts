import { listOf, nearest } from '../base/text.js';
import type {
  Filter,
  Name,
  ShowJobsStatement,
  ShowSnapshotsStatement,
  Statement,
  StatementSource,
} from './ast.js';
import { errorAt, placeOf } from './locate.js';
import { shortened } from './quoting.js';

/** `column = "text"` or `column LIKE "pattern"`, as it is written in a WHERE. */
export interface Condition extends Filter {
  readonly column: Name;
}

type Placed = 'source' | 'span';

interface Conditional {
  readonly where: readonly Condition[];
}

/** A statement before it knows the text that it stands in, and with its conditions as they are written. */
export type StatementDraft =
  | (Statement extends infer S
      ? S extends ShowJobsStatement | ShowSnapshotsStatement
        ? never
        : S extends Statement
          ? Omit<S, Placed>
          : never
      : never)
  | (Omit<ShowJobsStatement, Placed | 'filter'> & Conditional)
  | (Omit<ShowSnapshotsStatement, Placed | 'label' | 'timestamp'> & Conditional);

/** The statement of a draft. Refuses conditions on what is no column (SQL_SYNTAX). */
export function finishDraft(draft: StatementDraft, place: Pick<Statement, Placed>): Statement {
  if (draft.kind === 'show-jobs') {
    const { where, ...rest } = draft;
    const [condition] = where;
    return {
      ...rest,
      ...(condition ? { filter: jobFilter(condition, draft.job, place.source) } : {}),
      ...place,
    };
  }
  if (draft.kind === 'show-snapshots') {
    const { where, ...rest } = draft;
    return { ...rest, ...snapshotFilters(where, place.source), ...place };
  }
  return { ...draft, ...place };
}

/** The column of SHOW BACKUP and of SHOW RESTORE that can be asked for; each is understood for both. */
const JOB_COLUMN = { backup: 'SnapshotName', restore: 'Label' } as const;

function jobFilter(
  { column, by, value }: Condition,
  job: 'backup' | 'restore',
  source: StatementSource,
): Filter {
  const name = column.text.toLowerCase();
  if (Object.values(JOB_COLUMN).some((known) => known.toLowerCase() === name)) return { by, value };
  const known = JOB_COLUMN[job];
  const message = `SHOW ${job.toUpperCase()} can be asked by ${known} only, not by ${shortened(column.text)}`;
  throw errorAt(source, column.span, 'SQL_SYNTAX', message, `as in WHERE ${known} LIKE "nightly%"`);
}

const SNAPSHOT_COLUMNS = ['SNAPSHOT', 'TIMESTAMP'] as const;

function snapshotFilters(
  where: readonly Condition[],
  source: StatementSource,
): Pick<ShowSnapshotsStatement, 'label' | 'timestamp'> {
  const found = new Map<string, Condition>();
  for (const condition of where) {
    const { column } = condition;
    const name = SNAPSHOT_COLUMNS.find((known) => known === column.text.toUpperCase());
    if (name === undefined) throw unknownSnapshotColumn(column, source);
    const first = found.get(name);
    if (first) {
      const { line, column: at } = placeOf(source, first.column.span);
      throw errorAt(
        source,
        column.span,
        'SQL_SYNTAX',
        `${name} is asked for twice`,
        `it is first asked for at ${line}:${at}`,
      );
    }
    found.set(name, condition);
  }
  const [label, timestamp] = SNAPSHOT_COLUMNS.map((name) => found.get(name));
  if (timestamp && !label) {
    const message = 'TIMESTAMP can be asked for only together with SNAPSHOT';
    const hint = `as in WHERE SNAPSHOT = "label" AND TIMESTAMP = "2025-05-04-16-45-08"`;
    throw errorAt(source, timestamp.column.span, 'SQL_SYNTAX', message, hint);
  }
  return { ...(label ? { label: label.value } : {}), ...(timestamp ? { timestamp: timestamp.value } : {}) };
}

function unknownSnapshotColumn(column: Name, source: StatementSource) {
  const allowed = listOf(SNAPSHOT_COLUMNS, 'and');
  const message = `SHOW SNAPSHOT can be asked by ${allowed} only, not by ${shortened(column.text)}`;
  const meant = nearest(column.text, SNAPSHOT_COLUMNS);
  return errorAt(source, column.span, 'SQL_SYNTAX', message, meant && `did you mean ${meant}?`);
}
