import { readFileSync } from 'node:fs';
import test from 'ava';
import { DrillError } from '../../src/base/errors.js';
import { repositoryStorage } from '../../src/coordinator/create-repository/storage.js';
import {
  alteredLimits,
  backupOptions,
  parseScript,
  REPOSITORY_PROPERTIES,
  restoreOptions,
} from '../../src/sql/index.js';
import { RESTORE_PROPERTIES } from '../../src/sql/restore-properties.js';

const DOCUMENT = readFileSync('docs/statement.md', 'utf8');
const DORIS_LIMITS = { minTimeoutMs: 600_000, defaultTimeoutMs: 86_400_000 };

/** Everything that can be wrong with a text without a catalog. */
function check(text: string): number {
  const statements = parseScript({ name: 'backup.sql', text });
  for (const statement of statements) {
    if (statement.kind === 'backup') backupOptions(statement, DORIS_LIMITS);
    if (statement.kind === 'restore') restoreOptions(statement, DORIS_LIMITS);
    if (statement.kind === 'alter-job') alteredLimits(statement);
    if (statement.kind === 'create-repository') repositoryStorage(statement);
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

/** What the first columns of the tables of a section name. */
function propertiesIn(section: string): readonly string[] {
  const [, text = ''] = new RegExp(`^## ${section}\\n([^]*?)(?=^## )`, 'm').exec(DOCUMENT) ?? [];
  const cells = [...text.matchAll(/^\| (`[^|]*`) +\|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.toLowerCase()));
}

test('the document lists the properties that there are', (t) => {
  t.deepEqual(propertiesIn('RESTORE').toSorted(), [...RESTORE_PROPERTIES].toSorted());
  t.deepEqual(
    propertiesIn('Repositories').toSorted(),
    Object.values<readonly string[]>(REPOSITORY_PROPERTIES).flat().toSorted(),
  );
});
