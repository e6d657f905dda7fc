import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';

/** The names of the rules that tests are registered for: `rule` registers each in both worlds. */
function testedRules(): string[] {
  const directory = new URL('.', import.meta.url);
  const files = readdirSync(directory).filter((name) => name.endsWith('.test.js'));
  const texts = files.map((name) => readFileSync(new URL(name, directory), 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/^rule\(\s*(['"])(R\d\d .*?)\1, \{/gm)].map((match) => match[2]!),
  );
}

/** The rows of the table of rules: `id name`. */
function documentedRules(): string[] {
  const [, section = ''] = readFileSync('docs/statement.md', 'utf8').split('\n## The rules\n');
  return [...section.matchAll(/^\| (R\d\d) +\| (.*?) +\|/gm)].map((match) => `${match[1]} ${match[2]}`);
}

const byId = (a: string, b: string): number => (a < b ? -1 : 1);

test('docs/statement.md lists every rule by the name of its tests, and no other', (t) => {
  const tested = testedRules();
  t.true(tested.length > 50);
  t.is(new Set(tested.map((name) => name.slice(0, 3))).size, tested.length, 'an id is there twice');
  t.deepEqual(documentedRules(), tested.sort(byId));
});
