import type { Name, Scope, Statement, StatementSource } from './ast.js';
import { errorAt, placeOf } from './locate.js';
import { shortened } from './quoting.js';

/** Refuses what the grammar cannot: tables, partitions and new names that are there twice. */
export function checkStatement(statement: Statement): void {
  if (statement.kind !== 'backup' && statement.kind !== 'restore') return;
  checkScope(statement.source, statement.scope);
}

function checkScope(source: StatementSource, scope: Scope): void {
  if (scope.kind === 'all') return;
  const tables = scope.tables.map(({ table }) => table);
  const clause = scope.kind.toUpperCase();
  const together = 'name all its partitions in one place, as in PARTITION (p1, p2)';
  refuseRepeated(source, tables, (name) => `table ${shortened(name)} is named twice in ${clause}`, together);
  for (const { table, partitions } of scope.tables) {
    refuseRepeated(
      source,
      partitions ?? [],
      (name) => `partition ${shortened(name)} of table ${shortened(table.text)} is named twice`,
    );
  }
  const restored = scope.tables.map(({ table, alias }) => alias ?? table);
  refuseRepeated(
    source,
    restored,
    (name) => `two tables would be restored under the name ${shortened(name)}`,
  );
}

function refuseRepeated(
  source: StatementSource,
  names: readonly Name[],
  message: (name: string) => string,
  advice?: string,
): void {
  const seen = new Map<string, Name>();
  for (const name of names) {
    const first = seen.get(name.text);
    if (first) {
      const { line, column } = placeOf(source, first.span);
      const hint = `it is first named at ${line}:${column}${advice === undefined ? '' : `; ${advice}`}`;
      throw errorAt(source, name.span, 'SQL_SYNTAX', message(name.text), hint);
    }
    seen.set(name.text, name);
  }
}
