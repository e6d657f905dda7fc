import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { tokenize } from '../../src/sql/lexer.js';
import { expectedAfter, withoutEarlierItems } from '../../src/sql/parser.js';
import { statementParser } from '../../src/sql/grammar.js';
import { parseScript, printStatement } from '../../src/sql/index.js';
import { anyStatement, PIECES } from './arbitraries.js';

/** Whatever the text: statements, or one error of the right kind that points into it and can be printed. */
function check(text: string): 'statements' | 'error' {
  try {
    parseScript({ name: 'any.sql', text });
    return 'statements';
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    checkError(error, text);
    return 'error';
  }
}

function checkError(error: DrillError, text: string): void {
  const { place, frame } = error;
  if (error.code !== 'SQL_SYNTAX' && error.code !== 'NOT_SUPPORTED') throw new Error(`code ${error.code}`);
  if (!place || !frame || place.source !== 'any.sql') throw new Error('no place');
  const line = text.split('\n')[place.line - 1];
  if (line === undefined) throw new Error(`line ${place.line} is not in the text`);
  if (place.column < 1 || place.column > line.length + 1)
    throw new Error(`column ${place.column} is not in its line`);
  const [shown = '', carets = ''] = frame.split('\n');
  if (!/^ +\| *\^+$/.test(carets)) throw new Error(`no carets in ${carets}`);
  // A caret under each character at most, or one past the end.
  if (carets.length > shown.length + 1) throw new Error('carets reach past the line');
  if (/undefined|NaN|\[object|Token|Redundant/.test(error.format().replaceAll(text, ''))) {
    if (!/undefined|NaN|\[object|Token|Redundant/.test(text)) throw new Error(error.format());
  }
}

test('random text gives statements or one error with a place in it', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      t.is(check(text), 'error');
    }),
    { numRuns: 500 },
  );
});

test('random pieces of statements give statements or one error with a place in it', (t) => {
  const separator = fc.constantFrom(' ', '', '\n');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }), separator, (pieces, between) => {
      check(pieces.join(between));
      t.pass();
    }),
    { numRuns: 1000 },
  );
});

/** Deletes, inserts, or swaps characters or whole pieces of a valid statement. */
const mutated = fc
  .tuple(
    anyStatement,
    fc.array(
      fc.record({
        how: fc.constantFrom('delete', 'insert', 'swap', 'repeat'),
        by: fc.constantFrom('', ' '),
        at: fc.nat(),
        piece: fc.constantFrom(...PIECES),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([statement, mutations]) => {
    let text = printStatement(statement);
    for (const { how, by, at, piece } of mutations) {
      const parts = text.split(by);
      const i = at % parts.length;
      const part = parts[i] ?? '';
      if (how === 'delete') parts.splice(i, 1);
      if (how === 'insert') parts.splice(i, 0, piece);
      if (how === 'repeat') parts.splice(i, 0, part);
      if (how === 'swap') parts.splice(i, 2, parts[i + 1] ?? '', part);
      text = parts.join(by);
    }
    return text;
  });

test('statements with slips in them give statements or one error with a place in it', (t) => {
  const outcomes = { statements: 0, error: 0 };
  fc.assert(
    fc.property(mutated, (text) => {
      outcomes[check(text)]++;
    }),
    { numRuns: 1000 },
  );
  t.true(outcomes.statements > 50 && outcomes.error > 50, JSON.stringify(outcomes));
});

const show = (expected: ReturnType<typeof expectedAfter>) =>
  expected.map(({ type, rule }) => `${rule} ${type.name}`);

test('what may come next does not depend on earlier items of a list', (t) => {
  fc.assert(
    fc.property(anyStatement, fc.nat(), (statement, at) => {
      const tokens = tokenize(printStatement(statement));
      const prefix = tokens.slice(0, at % (tokens.length + 1));
      const all = statementParser()
        .computeContentAssist('statement', [...prefix])
        .map((path) => ({
          type: path.nextTokenType,
          rule: path.ruleStack.at(-1) ?? '',
        }));
      t.deepEqual(show(expectedAfter(prefix)), show(all));
      t.true(withoutEarlierItems(prefix).length <= prefix.length);
    }),
  );
});

test('long texts neither hang nor run out of stack', (t) => {
  const tables = Array.from({ length: 5000 }, (_, i) => `table_${i} PARTITION (p1, p2)`).join(', ');
  const [statement] = parseScript({ name: '', text: `BACKUP SNAPSHOT db.l TO r ON (${tables})` });
  t.is(statement?.kind === 'backup' && statement.scope.kind === 'on' && statement.scope.tables.length, 5000);
  t.is(check(`BACKUP SNAPSHOT db.l TO r ON (${tables} x)`), 'error');
  for (const text of [
    '"',
    "'",
    '`',
    '(',
    '/*',
    '/* */',
    'a-',
    'a.',
    ';',
    'x',
    'BACKUP ',
    '\\"',
    '""',
    '--\n',
    '\u00A0',
  ]) {
    t.is(check(text.repeat(200_000)), 'error');
    t.is(check(`BACKUP SNAPSHOT a TO b ON (${text.repeat(50_000)}`), 'error');
  }
  t.is(check(`BACKUP SNAPSHOT l TO r PROPERTIES ("a" = "${'\\"'.repeat(500_000)}")`), 'statements');
});
