import test from 'ava';
import { Lexer } from 'chevrotain';
import { StatementParser } from '../../src/sql/grammar.js';
import { LEXER_SETTINGS } from '../../src/sql/lexer.js';
import { LEXED } from '../../src/sql/tokens.js';

test('the grammar is one: no rule is ambiguous, unknown or endless', (t) => {
  t.notThrows(() => new StatementParser({ skipValidations: false }));
});

test('the tokens are some: every pattern can match, and no text is only ever that of an earlier one', (t) => {
  t.notThrows(() => new Lexer(LEXED, LEXER_SETTINGS));
});
