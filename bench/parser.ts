import { parseStatement } from '../src/sql/index.js';
import type { Suite } from './suite.js';

const statementOf = (tables: number): string => {
  const names = Array.from({ length: tables }, (_, i) => `table_${i} PARTITION (p1, p2)`);
  return `BACKUP SNAPSHOT example_db.label1 TO example_repo ON (${names.join(', ')}) PROPERTIES ("type" = "full")`;
};

export const parserSuite: Suite = {
  name: 'parser',
  hypothesis: 'parsing is linear in the number of tables',
  cases: () =>
    [1, 100, 5000].map((tables) => {
      const text = statementOf(tables);
      return {
        name: `${tables} tables`,
        run: () => void parseStatement(text),
        amount: tables,
        unit: 'tables/s',
        ...(tables === 100 ? { gate: true as const } : {}),
      };
    }),
};
