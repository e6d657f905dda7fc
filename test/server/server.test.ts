import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import test from 'ava';
import type { DrillError } from '../../src/base/errors.js';
import { VERSION } from '../../src/base/version.js';
import {
  connect,
  endsStatement,
  listen,
  socketPathFor,
  type ListenOptions,
  type SqlClient,
  type StatementReply,
} from '../../src/server/index.js';
import { FIRST_JOB, fakeBackend, type FakeBackend } from './fake-backend.js';

interface Place {
  readonly directory: string;
  readonly socketPath: string;
  readonly backend: FakeBackend;
}

async function served(use: (place: Place) => Promise<void>, options: ListenOptions = {}): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'server-'));
  const socketPath = socketPathFor(directory);
  const backend = fakeBackend();
  const server = await listen(backend, socketPath, options);
  try {
    await use({ directory, socketPath, backend });
  } finally {
    await server.close();
    rmSync(directory, { recursive: true });
  }
}

/** Runs a script to its end, whatever that is. */
async function collect(client: SqlClient, text: string, wait = false) {
  const replies: StatementReply[] = [];
  const ends: number[] = [];
  const progress: string[] = [];
  const error = await client
    .runScript(text, {
      name: 'script.sql',
      wait,
      onReply: (reply) => replies.push(reply),
      onJobEnd: ({ jobId }) => ends.push(jobId),
      onProgress: ({ state }) => progress.push(state),
    })
    .then(
      () => undefined,
      (thrown: unknown) => thrown as DrillError,
    );
  return { replies, ends, progress, error };
}

test('statements are carried out in order, and answered in order', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    const labels = Array.from({ length: 50 }, (_, i) => `l${i}`);
    const text = labels.map((label) => `BACKUP SNAPSHOT d.${label} TO r;`).join('\n');
    const { replies, error } = await collect(client, text);
    t.is(error, undefined);
    t.deepEqual(
      backend.calls,
      labels.map((label) => `BACKUP SNAPSHOT d.${label} TO r`),
    );
    t.deepEqual(
      replies.map(({ statement, reply }) => [statement, reply]),
      labels.map((_, i) => [i + 1, { kind: 'accepted', jobId: FIRST_JOB + i }]),
    );
    t.is(replies[0]!.cancelWith, 'CANCEL BACKUP FROM d');
    client.close();
  });
});

test('the first error ends a script; it is located, and says how many statements were left out', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    const text =
      'SHOW BACKUP FROM d;\n  BACKUP SNAPSHOT d.bad TO r;\nSHOW BACKUP FROM d; SHOW RESTORE FROM d';
    const { replies, error } = await collect(client, text);
    t.is(replies.length, 1);
    t.is(backend.calls.length, 2);
    t.is(error?.code, 'LABEL_EXISTS');
    t.is(error?.message, 'label bad exists (the 2 statements after it were left out)');
    t.deepEqual(error?.place, { source: 'script.sql', line: 2, column: 3 });
    t.regex(error?.frame ?? '', /\^/);
    t.is(error?.hint, 'choose another');
    // The session goes on.
    t.is((await collect(client, 'SHOW BACKUP FROM d')).error, undefined);
    client.close();
  });
});

test('nothing of a script is done where its text is wrong', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    const { error } = await collect(client, 'SHOW BACKUP FROM d;\nBACKUP SNAPSHOT TO;');
    t.is(error?.code, 'SQL_SYNTAX');
    t.is(error?.place?.line, 2);
    t.deepEqual(backend.calls, []);
    client.close();
  });
});

test('with wait, a statement comes after the end of the job before it; without, at once', async (t) => {
  const text = 'BACKUP SNAPSHOT d.a TO r; BACKUP SNAPSHOT d.b TO r';
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    const done = collect(client, text, true);
    await backend.waitedFor(FIRST_JOB);
    t.deepEqual(backend.calls, ['BACKUP SNAPSHOT d.a TO r', 'wait 20001']);
    backend.end(FIRST_JOB);
    backend.end(FIRST_JOB + 1);
    const { ends, progress, error } = await done;
    t.is(error, undefined);
    t.deepEqual(ends, [FIRST_JOB, FIRST_JOB + 1]);
    t.deepEqual(progress, ['UPLOADING', 'UPLOADING']);
    t.deepEqual(backend.calls.slice(2), ['BACKUP SNAPSHOT d.b TO r', 'wait 20002']);
    backend.calls.length = 0;
    await collect(client, text, false);
    t.deepEqual(backend.calls, ['BACKUP SNAPSHOT d.a TO r', 'BACKUP SNAPSHOT d.b TO r']);
    client.close();
  });
});

test('with wait, a job that is cancelled ends the script with its error', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    backend.end(FIRST_JOB, { state: 'CANCELLED', error: { code: 'NODE_LOST', message: 'node 3 was lost' } });
    const { ends, error } = await collect(client, 'BACKUP SNAPSHOT d.a TO r; SHOW BACKUP FROM d', true);
    t.deepEqual(ends, [FIRST_JOB]);
    t.is(error?.code, 'NODE_LOST');
    t.is(error?.message, 'job 20001 was cancelled: node 3 was lost (the statement after it was left out)');
    t.is(error?.place?.line, 1);
    client.close();
  });
});

test('an interrupted wait leaves the job alone, says how to end it, and the session is of use afterwards', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    const controller = new AbortController();
    const done = client.runScript('BACKUP SNAPSHOT `my-db`.a TO r; SHOW BACKUP FROM d', {
      name: 's',
      wait: true,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    const error = await t.throwsAsync<DrillError>(done, { code: 'INTERRUPTED' });
    t.is(error.message, 'interrupted: job 20001 goes on');
    t.is(error.hint, 'CANCEL BACKUP FROM `my-db` would end it');
    t.is((await collect(client, 'SHOW RESTORE FROM d')).error, undefined);
    t.deepEqual(backend.calls.slice(1), ['wait 20001', 'left 20001', 'SHOW RESTORE FROM d']);
    client.close();
  });
});

test('each connection is a session with a database of its own', async (t) => {
  await served(async ({ socketPath }) => {
    const [a, b] = [await connect(socketPath), await connect(socketPath)];
    await collect(a, 'USE first');
    await collect(b, 'USE second');
    const databaseOf = async (client: SqlClient) => {
      const { reply } = (await collect(client, 'SHOW BACKUP')).replies[0]!;
      return reply.kind === 'rows' && reply.table.rows[0]![1];
    };
    t.deepEqual([await databaseOf(a), await databaseOf(b)], ['first', 'second']);
    const { replies } = await collect(a, 'BACKUP SNAPSHOT x TO r');
    t.is(
      replies[0]!.cancelWith,
      'CANCEL BACKUP FROM `first`'.replaceAll('`first`', replies[0]!.cancelWith!.slice(19)),
    );
    a.close();
    b.close();
  });
});

test('scripts of one client that are sent at once are carried out one after the other', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const client = await connect(socketPath);
    await Promise.all(
      ['a', 'b', 'c'].map((d) => collect(client, `SHOW BACKUP FROM ${d}; SHOW RESTORE FROM ${d}`)),
    );
    t.deepEqual(
      backend.calls,
      ['a', 'b', 'c'].flatMap((d) => [`SHOW BACKUP FROM ${d}`, `SHOW RESTORE FROM ${d}`]),
    );
    client.close();
  });
});

test('a client that goes away ends its wait and its script, not its job, and no other client notices', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const [gone, other] = [await connect(socketPath), await connect(socketPath)];
    const done = collect(gone, 'BACKUP SNAPSHOT d.a TO r; SHOW BACKUP FROM d', true);
    await backend.waitedFor(FIRST_JOB);
    gone.close();
    t.is((await done).error?.code, 'SERVER_UNREACHABLE');
    while (!backend.calls.includes('left 20001'))
      t.is((await collect(other, 'SHOW RESTORE FROM x')).error, undefined);
    t.false(backend.calls.includes('SHOW BACKUP FROM d'));
    other.close();
  });
});

/** What the server sends to a connection that sends `bytes`, up to its end. */
function talk(socketPath: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(bytes);
  });
}

const HELLO = `${JSON.stringify({ type: 'hello', version: VERSION })}\n`;

test('garbage is refused, and says nothing of what was sent', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const script = JSON.stringify({ type: 'script', name: 'n', text: 'SHOW BACKUP FROM d', wait: false });
    const garbage = [
      'canary\n',
      'GET / HTTP/1.1\r\n\r\n',
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      '{"type":"canary"}\n',
      `${script}\n`,
      `${HELLO}${HELLO}`,
      `${HELLO}{"type":"script","name":"n","text":7,"wait":"canary"}\n`,
      `${HELLO}[]\n`,
      `${HELLO}${JSON.stringify({ type: 'script', name: 'n', text: 'BACKUP SNAPSHOT d.a TO r', wait: true })}\n${script}\n`,
      Buffer.concat([Buffer.from(HELLO), Buffer.alloc(5 * 2 ** 20, 'x')]),
    ];
    for (const bytes of garbage) {
      const answer = await talk(socketPath, bytes);
      t.regex(answer, /"type":"refused","error":\{"code":"SERVER_PROTOCOL"/, String(bytes).slice(0, 80));
      t.notRegex(answer, /canary/);
    }
    t.false(backend.calls.includes('SHOW BACKUP FROM d'));
    const client = await connect(socketPath);
    t.is((await collect(client, 'SHOW BACKUP FROM d')).error, undefined);
    client.close();
  });
});

test('a client of another version is refused, with both versions', async (t) => {
  await served(
    async ({ socketPath }) => {
      const error = await t.throwsAsync<DrillError>(connect(socketPath), { code: 'SERVER_PROTOCOL' });
      t.true(error.message.includes('9.9.9') && error.message.includes(VERSION));
    },
    { version: '9.9.9' },
  );
});

test('bytes may arrive one by one, and several messages at once', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const script = JSON.stringify({ type: 'script', name: 'é', text: 'SHOW BACKUP FROM `é`', wait: false });
    const socket = createConnection(socketPath);
    socket.setNoDelay(true);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (data: Buffer) => {
        text += data.toString();
        if (text.includes('"end"')) resolve(text);
      });
    });
    for (const byte of Buffer.from(`${HELLO}${script}\n`)) {
      await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()));
    }
    t.is((await answer).trim().split('\n').length, 3);
    t.deepEqual(backend.calls, ['SHOW BACKUP FROM é']);
    socket.destroy();
  });
});

test('a client that does not read holds up nobody, and its script waits for it', async (t) => {
  await served(async ({ socketPath, backend }) => {
    const count = 20_000;
    const text = 'SHOW BACKUP FROM slow;'.repeat(count);
    const slow: Socket = createConnection(socketPath);
    slow.pause();
    slow.write(`${HELLO}${JSON.stringify({ type: 'script', name: 'n', text, wait: false })}\n`);
    const client = await connect(socketPath);
    while (!backend.calls.includes('SHOW BACKUP FROM slow')) await collect(client, 'SHOW RESTORE FROM d');
    for (let i = 0; i < 300; i++) await collect(client, 'SHOW RESTORE FROM d');
    t.true(backend.calls.filter((call) => call.endsWith('slow')).length < count / 2);
    slow.destroy();
    client.close();
  });
});

test('the socket is for its owner alone, and gone when the server is closed', async (t) => {
  let socketPath = '';
  await served(async (place) => {
    ({ socketPath } = place);
    t.is(statSync(socketPath).mode & 0o777, 0o600);
    t.deepEqual(readdirSync(place.directory), ['drill.sock']);
    (await connect(socketPath)).close();
  });
  t.false(existsSync(socketPath));
  const error = await t.throwsAsync<DrillError>(connect(socketPath), { code: 'SERVER_UNREACHABLE' });
  t.regex(error.hint ?? '', /drill serve/);
});

test('a second server is refused, and the first one stays', async (t) => {
  await served(async ({ socketPath, directory }) => {
    await t.throwsAsync(listen(fakeBackend(), socketPath), { code: 'SERVER_RUNNING' });
    t.deepEqual(readdirSync(directory), ['drill.sock']);
    const client = await connect(socketPath);
    t.is((await collect(client, 'SHOW BACKUP FROM d')).error, undefined);
    client.close();
  });
});

/** Leaves the socket of a process that died. */
function leaveSocket(socketPath: string): void {
  const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code, socketPath]);
}

test('of servers that find the socket of a dead one at the same moment, one takes its place', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'server-'));
  const socketPath = socketPathFor(directory);
  leaveSocket(socketPath);
  t.true(existsSync(socketPath));
  await t.throwsAsync(connect(socketPath), { code: 'SERVER_UNREACHABLE' });
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => listen(fakeBackend(), socketPath)));
  const up = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  t.is(up.length, 1);
  for (const each of all)
    if (each.status === 'rejected') t.is((each.reason as DrillError).code, 'SERVER_RUNNING');
  (await connect(socketPath)).close();
  await up[0]!.close();
  t.deepEqual(readdirSync(directory), []);
  rmSync(directory, { recursive: true });
});

test('listening leaves nothing beside the data directory, and needs no right there', async (t) => {
  const outside = mkdtempSync(path.join(tmpdir(), 'server-'));
  const directory = path.join(outside, 'data');
  const seen = new Set<string>();
  const watcher = watch(outside, (_event, name) => seen.add(String(name)));
  const server = await listen(fakeBackend(), socketPathFor(directory));
  await server.close();
  // What was done before this has been told when this is.
  writeFileSync(path.join(outside, 'last'), '');
  while (!seen.has('last')) await new Promise((resolve) => setImmediate(resolve));
  watcher.close();
  t.deepEqual([...seen].sort(), ['data', 'last']);
  rmSync(outside, { recursive: true });
});

test('what is no socket is not touched', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'server-'));
  const socketPath = socketPathFor(directory);
  writeFileSync(socketPath, 'precious');
  await t.throwsAsync(listen(fakeBackend(), socketPath), { code: 'USAGE' });
  t.is(statSync(socketPath).size, 8);
  rmSync(directory, { recursive: true });
});

test('what is no drill server is told apart', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'server-'));
  const socketPath = socketPathFor(directory);
  const server = createServer((socket) => socket.write('220 mail.example.org\n'));
  await new Promise<void>((resolve) => server.listen(socketPath, () => resolve()));
  await t.throwsAsync(connect(socketPath), { code: 'SERVER_PROTOCOL' });
  server.close();
  rmSync(directory, { recursive: true });
});

test('a deep data directory has its socket elsewhere, its own one, and it works', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'server-'));
  const deep = path.join(directory, 'x'.repeat(120));
  const socketPath = socketPathFor(deep);
  t.true(Buffer.byteLength(socketPath) <= 100);
  t.is(socketPathFor(`${deep}/.`), socketPath);
  t.not(socketPathFor(`${deep}y`), socketPath);
  const server = await listen(fakeBackend(), socketPath);
  t.is(statSync(path.dirname(socketPath)).mode & 0o777, 0o700);
  (await connect(socketPath)).close();
  await server.close();
  rmSync(path.dirname(socketPath), { recursive: true });
  rmSync(directory, { recursive: true });
});

test('a statement that is being typed ends with a semicolon that is one', (t) => {
  for (const text of ['SHOW BACKUP;', 'SHOW;  -- yes', 'a; /* b */ ', "x ';' ;"])
    t.true(endsStatement(text), text);
  for (const text of ['', 'SHOW', "x ';", '-- ;', '/* ;', 'a; b', 'a `;', '"\\";'])
    t.false(endsStatement(text), text);
});
