import { readFileSync } from 'node:fs';
import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import { backupOptions, parseScript, restoreOptions } from '../../src/sql/index.js';

const DOCUMENT = readFileSync('docs/statement.md', 'utf8');
const DORIS_LIMITS = { minTimeoutMs: 600_000, defaultTimeoutMs: 86_400_000 };

/** Everything that can be wrong with a text without a catalog. */
function check(text: string): number {
  const statements = parseScript({ name: 'backup.sql', text });
  for (const statement of statements) {
    if (statement.kind === 'backup') backupOptions(statement, DORIS_LIMITS);
    if (statement.kind === 'restore') restoreOptions(statement, DORIS_LIMITS);
  }
  return statements.length;
}

test('every example of the document is right', (t) => {
  const examples = [...DOCUMENT.matchAll(/^```sql\n([^]*?)^```$/gm)];
  t.true(examples.length >= 5);
  for (const [, text = ''] of examples) t.true(check(text) > 0);
});

test('every wrong example gives the message that the document shows', (t) => {
  const examples = [...DOCUMENT.matchAll(/^```sql wrong\n([^]*?)\n```\n\n```text\n([^]*?)\n```$/gm)];
  t.is(examples.length, (DOCUMENT.match(/^```sql wrong$/gm) ?? []).length);
  t.true(examples.length >= 8);
  for (const [, text = '', message = ''] of examples) {
    const error = t.throws(() => check(text), { instanceOf: DrillError });
    t.is(error?.format(), message);
  }
});
