import test from 'ava';
import * as fc from 'fast-check';
import {
  parseScript,
  parseStatement,
  printStatement,
  sameStatement,
  withoutSpans,
} from '../../src/sql/index.js';
import type { Name, Statement } from '../../src/sql/index.js';
import { anyStatement, asPrinted } from './arbitraries.js';

test('what is printed parses to the same statement', (t) => {
  fc.assert(
    fc.property(anyStatement, (statement) => {
      t.deepEqual(
        withoutSpans(parseStatement(printStatement(statement))),
        withoutSpans(asPrinted(statement)),
      );
    }),
    { numRuns: 1000 },
  );
});

test('printing is canonical: it prints the same again', (t) => {
  fc.assert(
    fc.property(anyStatement, (statement) => {
      const text = printStatement(statement);
      t.is(printStatement(parseStatement(text)), text);
    }),
  );
});

/** Keywords, words, quoted pieces and symbols; no comments and white space, so that any may be put between them. */
const PIECES = /`(?:[^`]|``)*`|"(?:[^"\\]|\\[^])*"|[^\s`"(),.=]+|[(),.=]/gu;
const gap = fc.constantFrom(' ', '\n', '\t ', '\r\n', ' /* a; b */ ', ' -- note; \n', '/**/');

test('white space, comments and the case of keywords mean nothing', (t) => {
  fc.assert(
    fc.property(anyStatement, fc.infiniteStream(gap), fc.boolean(), (statement, gaps, lower) => {
      const pieces = printStatement(statement).match(PIECES) ?? [];
      const keywords = /^[A-Z]+$/;
      const names = new Set(allNames(statement).map(({ text }) => text));
      const recased = pieces.map((p) => (lower && keywords.test(p) && !names.has(p) ? p.toLowerCase() : p));
      const text = recased.map((piece) => `${gaps.next().value}${piece}`).join('');
      t.true(sameStatement(parseStatement(`${text} ;`), asPrinted(statement)), text);
    }),
  );
});

test('every span points at what was written', (t) => {
  fc.assert(
    fc.property(anyStatement, fc.constantFrom('', '\n\n  ', '\uFEFF', '-- c\n'), (statement, before) => {
      const text = `${before}${printStatement(statement)};`;
      const { source, span, ...parsed } = parseStatement(text);
      t.is(source.text.length, text.length);
      t.is(text.slice(span.offset, span.offset + span.length), printStatement(statement));
      for (const name of allNames(parsed)) {
        const written = text.slice(name.span.offset, name.span.offset + name.span.length);
        const ending = written.startsWith('"') ? `x PROPERTIES (a = ${written})` : written;
        const again = parseStatement(`BACKUP SNAPSHOT a TO ${ending}`);
        if (again.kind !== 'backup') throw new Error('not a BACKUP');
        t.is((again.properties[0]?.value ?? again.repository).text, name.text);
      }
    }),
  );
});

test('a script is its statements, each with its place in the whole text', (t) => {
  fc.assert(
    fc.property(fc.array(anyStatement, { minLength: 1, maxLength: 4 }), (statements) => {
      const text = statements.map(printStatement).join(';\n');
      const parsed = parseScript({ name: 'all.sql', text });
      t.deepEqual(parsed.map(withoutSpans), statements.map(asPrinted).map(withoutSpans));
      for (const { source, span } of parsed) {
        t.is(source.name, 'all.sql');
        t.is(
          printStatement(parseStatement(text.slice(span.offset, span.offset + span.length))).length,
          span.length,
        );
      }
    }),
  );
});

test('statements are frozen through and through', (t) => {
  const check = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    t.true(Object.isFrozen(node), path);
    for (const [key, part] of Object.entries(node)) check(part, `${path}.${key}`);
  };
  fc.assert(
    fc.property(anyStatement, (statement) => check(parseStatement(printStatement(statement)), 'statement')),
    { numRuns: 50 },
  );
});

test('statements that differ are not the same', (t) => {
  fc.assert(
    fc.property(anyStatement, anyStatement, (a, b) => {
      t.is(sameStatement(asPrinted(a), asPrinted(b)), printStatement(a) === printStatement(b));
    }),
  );
  const [a, b] = ['BACKUP SNAPSHOT l TO r ON (t)', 'BACKUP SNAPSHOT l TO r EXCLUDE (t)'].map((text) =>
    parseStatement(text),
  );
  t.false(sameStatement(a!, b!));
});

const printed = (name: string) =>
  printStatement(parseStatement(`SHOW BACKUP FROM \`${name}\``)).replace('SHOW BACKUP FROM ', '');

test('a name is in backquotes only where it has to be', (t) => {
  for (const bare of [
    't',
    '_t',
    '$t',
    '2024_tbl',
    'snapshot',
    'Exclude',
    'properties',
    'full',
    'type',
    '表',
    'größe',
  ]) {
    t.is(printed(bare), bare);
  }
  for (const odd of [
    'on',
    'To',
    'PARTITION',
    'order',
    'table',
    '2024',
    '10L',
    '1e5',
    'my-repo',
    'a b',
    'a.b',
    '😀',
  ]) {
    t.is(printed(odd), `\`${odd}\``);
  }
});

type Part = Statement | Omit<Statement, 'source' | 'span'>;

/** All names and values in a statement, in no particular order. */
function allNames(part: Part): readonly Name[] {
  const found: Name[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isName(node)) found.push(node);
    else Object.values(node).forEach(visit);
  };
  visit(part);
  return found;
}

const isName = (node: object): node is Name => 'text' in node && 'span' in node;
