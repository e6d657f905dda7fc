/** A value in an answer's row; null is SQL's NULL. */
export type Cell = string | number | null;

/** What a SHOW statement answers with. */
export interface RowSet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The answer to a statement that was not refused. */
export type Reply =
  /** An asynchronous statement: which job carries it out. */
  | { readonly kind: 'accepted'; readonly jobId: number }
  | { readonly kind: 'rows'; readonly table: RowSet }
  /** `USE`: what the session is to use from now on. */
  | { readonly kind: 'use'; readonly database: string }
  /** Done, and nothing to show. */
  | { readonly kind: 'done' };

export const rows = (columns: readonly string[], all: readonly (readonly Cell[])[]): Reply => ({
  kind: 'rows',
  table: { columns, rows: all },
});
