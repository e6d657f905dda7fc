import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { ERROR_CODES } from '../src/base/error-codes.js';
import { loadScenario } from '../src/scenario/index.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const read = (file: string): string => readFileSync(file, 'utf8');

/** The blocks of a document in one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]!,
  );
}

const commands = DOCUMENTS.flatMap((file) =>
  blocks(read(file), 'sh').flatMap((block) =>
    block.split('\n').flatMap((line) => {
      const command = line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .trim();
      return command === '' ? [] : [{ file, command }];
    }),
  ),
);

test('docs/errors.md lists every code with its meaning, and no other', (t) => {
  const listed = Object.fromEntries(
    [...read('docs/errors.md').matchAll(/^\| `([A-Z0-9_]+)` +\| (.*?) +\|$/gm)].map((m) => [m[1], m[2]]),
  );
  t.deepEqual(listed, { ...ERROR_CODES });
});

test('links between documents lead somewhere', (t) => {
  for (const file of DOCUMENTS) {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
      t.true(existsSync(path.join(path.dirname(file), target!)), `${file} links to ${target}`);
    }
  }
});

test('every scenario that a document names exists', (t) => {
  for (const file of DOCUMENTS) {
    for (const [name] of read(file).matchAll(/scenarios\/[\w-]+\.yaml/g))
      t.true(existsSync(name), `${file} names ${name}`);
  }
});

test('npm scripts that documents name exist', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const { file, command } of commands) {
    const script = command.match(/^npm run (?:--silent )?([\w:-]+)/)?.[1];
    if (script) t.true(script in scripts, `${file}: ${command}`);
  }
});

test("README's scenario is a scenario", (t) => {
  const [scenario] = blocks(read('README.md'), 'yaml');
  t.is(loadScenario(scenario!, 'README.md').variants.length, 1);
});

test("README's two commands are npm's", (t) => {
  const [first, second] = blocks(read('README.md'), 'sh').map((block) => block.trim());
  t.is(first, 'npm ci && npm start');
  t.is(second, 'npm cit');
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  t.truthy(scripts['start']);
  t.truthy(scripts['test']);
});

test('the workflow asks drill for nothing that it does not know, and what a pull request runs can write nothing', (t) => {
  const workflow = parse(read('docs/github-actions.yml')) as {
    permissions: object;
    jobs: Record<string, { permissions: object; steps: { run?: string; uses?: string }[] }>;
  };
  t.deepEqual(workflow.permissions, {});
  t.deepEqual(workflow.jobs['measure']!.permissions, { contents: 'read' });
  const runs = (job: string): string => workflow.jobs[job]!.steps.map(({ run = '' }) => run).join('\n');
  const help = execFileSync(process.execPath, ['dist/drill/main.js', 'bench', '--help'], {
    encoding: 'utf8',
  });
  const [, drilled = ''] = /npx drill bench (.*)/.exec(runs('measure'))!;
  const options = drilled.match(/--[a-z-]+/g)!;
  t.true(options.length >= 4);
  for (const option of options) t.true(help.includes(`${option} <`), option);
  // The job with a token that may write runs no code of the pull request, not even its checkout.
  t.notRegex(runs('comment'), /npm|npx|node/);
  t.false(workflow.jobs['comment']!.steps.some(({ uses }) => uses?.includes('checkout')));
});

test('what documents run of drill is what .ci/run runs: it takes its commands from the README', (t) => {
  const inReadme = new Set(commands.filter(({ file }) => file === 'README.md').map(({ command }) => command));
  for (const { file, command } of commands) {
    const isOurs = command.startsWith('npx drill ');
    if (isOurs && file !== 'README.md')
      t.true(inReadme.has(command) || command.startsWith('npx drill schema'), `${file}: ${command}`);
  }
  t.regex(read('.ci/run'), /npx drill/);
});
