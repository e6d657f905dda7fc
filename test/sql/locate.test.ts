import test from 'ava';
import { errorAt, parseStatement, placeOf } from '../../src/sql/index.js';

const statement = parseStatement('BACKUP SNAPSHOT db.label\n  TO repo\n  ON (tbl)', 'job.sql');

test('an error has the place and the line of its span', (t) => {
  if (statement.kind !== 'backup' || statement.scope.kind !== 'on') throw new Error('not as written');
  const { span } = statement.scope.tables[0]!.table;
  const error = errorAt(statement, span, 'TABLE_UNKNOWN', 'there is no table tbl', 'create it');
  t.deepEqual(error.place, { source: 'job.sql', line: 3, column: 7 });
  t.is(
    error.format(),
    [
      'job.sql:3:7: there is no table tbl',
      '  3 |   ON (tbl)',
      '    |       ^^^',
      '  hint: create it',
      '  code: TABLE_UNKNOWN',
    ].join('\n'),
  );
  t.deepEqual(placeOf(statement.source, statement.repository.span), {
    source: 'job.sql',
    line: 2,
    column: 6,
  });
});

test('a span of many lines has carets under its first line', (t) => {
  const error = errorAt(statement, statement.span, 'NOT_SUPPORTED', 'no');
  t.is(error.frame, '  1 | BACKUP SNAPSHOT db.label\n    | ^^^^^^^^^^^^^^^^^^^^^^^^');
  t.is(error.hint, undefined);
});
