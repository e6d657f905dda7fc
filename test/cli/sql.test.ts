import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { runPrompt } from '../../src/cli/sql-prompt.js';
import { connect, listen, socketPathFor } from '../../src/server/index.js';
import { FIRST_JOB, fakeBackend, type FakeBackend } from '../server/fake-backend.js';

const PROGRAM = fileURLToPath(new URL('./sql-program.js', import.meta.url));
/** What the program exits with where src/cli/main.ts would choose. */
const THROWN = 99;

interface Place {
  readonly directory: string;
  readonly backend: FakeBackend;
  readonly sql: (args: readonly string[], options?: SqlOptions) => Promise<Finished>;
}

interface SqlOptions {
  readonly stdin?: string;
  /** Sends SIGINT when standard error first shows this. */
  readonly interruptAt?: string;
}

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function served(use: (place: Place) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'sql-'));
  const backend = fakeBackend();
  const server = await listen(backend, socketPathFor(directory));
  try {
    await use({ directory, backend, sql: (args, options) => drillSql(directory, args, options) });
  } finally {
    await server.close();
    rmSync(directory, { recursive: true });
  }
}

function drillSql(directory: string, args: readonly string[], options: SqlOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, 'sql', '--data-dir', directory, ...args]);
    let [stdout, stderr] = ['', ''];
    let interrupted = false;
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      if (interrupted || options.interruptAt === undefined || !stderr.includes(options.interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(options.stdin ?? '');
  });
}

test('statements come from -e, a file, or standard input; rows go to standard output as TSV', async (t) => {
  await served(async ({ directory, sql }) => {
    const text = 'BACKUP SNAPSHOT d.a TO r;\nCANCEL RESTORE;\nSHOW BACKUP FROM d';
    const file = path.join(directory, 'script.sql');
    writeFileSync(file, text);
    const all = await Promise.all([
      sql(['-e', text]),
      sql([file]),
      sql([], { stdin: text }),
      sql(['-'], { stdin: text }),
    ]);
    for (const { code, stdout, stderr } of all) {
      t.is(code, 0, stderr);
      t.is(stdout, 'Statement\tDatabase\tNumber\nSHOW BACKUP FROM d\tNULL\t7\n');
      t.regex(stderr, /^Query OK, job 2000\d accepted\nQuery OK\n$/);
    }
  });
});

test('an error shows place and caret, and not a word of a secret', async (t) => {
  await served(async ({ sql }) => {
    const wrong = await sql(['-e', 'SHOW BACKUP FROM d;\nBACKUP SNAPSHOT d.bad TO r; SHOW BACKUP FROM e']);
    t.is(wrong.code, THROWN);
    t.regex(wrong.stderr, /-e:2:1: label bad exists \(the statement after it was left out\)/);
    t.regex(wrong.stderr, /\^\^\^/);
    t.regex(wrong.stderr, /LABEL_EXISTS/);
    const secret = `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://b/p" PROPERTIES ("s3.secret_key" = "canary-secret"`;
    const { stdout, stderr, code } = await sql(['--json'], { stdin: secret });
    t.is(code, THROWN);
    t.notRegex(stdout + stderr, /canary/);
    t.regex(stderr, /SQL_SYNTAX/);
  });
});

test('forms: --json is JSON only, with --wait also progress and end; --vertical; one form at a time', async (t) => {
  await served(async ({ backend, sql }) => {
    backend.end(FIRST_JOB);
    const script = 'BACKUP SNAPSHOT d.a TO r; SHOW BACKUP FROM d; USE x';
    const { stdout, stderr, code } = await sql(['--json', '--wait', '-e', script]);
    t.is(code, 0, stderr);
    t.is(stderr, '');
    t.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
      ['accepted', 'progress', 'job-end', 'row', 'done', 'use'],
    );
    const vertical = await sql(['--vertical', '-e', 'SHOW BACKUP FROM d']);
    t.regex(vertical.stdout, /\*\*\* 1\. row \*\*\*.*\nStatement: SHOW BACKUP FROM d\n Database: NULL\n/);
    const json = await sql(['--json', '--database', 'a`b', '-e', 'SHOW BACKUP']);
    t.is((JSON.parse(json.stdout.split('\n')[0]!) as { row: { Database: string } }).row.Database, 'a`b');
    t.is((await sql(['--vertical', '--tsv', '-e', 'x'])).code, THROWN);
  });
});

test('a job that fails is exit code 1, whatever the code of its error', async (t) => {
  await served(async ({ backend, sql }) => {
    backend.end(FIRST_JOB, { state: 'CANCELLED', error: { code: 'TABLE_UNKNOWN', message: 'no table t' } });
    const { code, stderr } = await sql(['--wait', '-e', 'RESTORE SNAPSHOT d.a FROM r']);
    t.is(code, 1);
    t.regex(stderr, /job 20001 was cancelled: no table t/);
  });
});

test('Ctrl-C while waiting leaves the job running, and says how to end it', async (t) => {
  await served(async ({ backend, sql }) => {
    const { code, stderr } = await sql(['--wait', '-e', 'BACKUP SNAPSHOT d.a TO r'], {
      interruptAt: 'UPLOADING',
    });
    t.is(code, THROWN);
    t.regex(
      stderr,
      /interrupted: job 20001 goes on\n {2}hint: CANCEL BACKUP FROM d would end it\n {2}code: INTERRUPTED/,
    );
    t.false(backend.calls.some((call) => call.startsWith('CANCEL')));
  });
});

test('no server, no script, too much of both: said clearly', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sql-'));
  const nobody = await drillSql(directory, ['-e', 'SHOW BACKUP']);
  t.regex(nobody.stderr, /no server answers at .*drill\.sock\n {2}hint: start one with `npx drill serve/);
  t.regex(
    (await drillSql(directory, ['missing.sql'])).stderr,
    /cannot read script missing\.sql: there is no such file/,
  );
  t.regex((await drillSql(directory, ['missing.sql', '-e', 'x'])).stderr, /do not go together/);
  rmSync(directory, { recursive: true });
});

/** What a person sees who types these lines. */
async function type(
  directory: string,
  typed: string,
): Promise<{ readonly out: string; readonly err: string }> {
  const client = await connect(socketPathFor(directory));
  const input = new PassThrough();
  let [out, err] = ['', ''];
  input.end(typed);
  await runPrompt(client, {
    form: 'tsv',
    output: {
      out: (text) => (out += `${text}\n`),
      err: (text) => (err += `${text}\n`),
      terminal: false,
      live: false,
      width: () => 80,
    },
    database: undefined,
    wait: false,
    quiet: true,
    input,
  });
  client.close();
  return { out, err };
}

test('the prompt takes statements over several lines, survives errors, forgets on \\c, and ends on \\q', async (t) => {
  await served(async ({ directory, backend }) => {
    const typed = [
      'SHOW BACKUP',
      '  FROM d -- not yet;',
      ';',
      'SHOW nonsense;',
      'BACKUP',
      '\\c',
      'USE x;',
      'SHOW RESTORE\\G',
      '\\q',
      'CANCEL RESTORE;',
    ].join('\n');
    const { out, err } = await type(directory, `${typed}\n`);
    t.deepEqual(backend.calls, ['SHOW BACKUP FROM d', 'USE x', 'SHOW RESTORE']);
    t.regex(out, /SHOW BACKUP FROM d\tNULL\t7\n/);
    t.regex(out, /\n Database: x\n/);
    t.regex(err, /SQL_SYNTAX/);
  });
});
