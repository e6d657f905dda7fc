import test from 'ava';
import { AnswerBody } from '../../../src/repository/storage/s3/http/answer-body.js';
import { bytesOf } from '../storage-helpers.js';

const QUARTER = new Uint8Array(256 * 1024);

function bodyOf(): { readonly body: AnswerBody; readonly told: string[] } {
  const told: string[] = [];
  const body = new AnswerBody({
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
    fail: () => void told.push('fail'),
  });
  return { body, told };
}

test('who reads gets what has come, or what comes next', async (t) => {
  const { body, told } = bodyOf();
  body.push(bytesOf('a'));
  t.deepEqual(await body.next(), bytesOf('a'));
  const next = body.next();
  body.push(bytesOf('b'));
  body.end();
  t.deepEqual(await next, bytesOf('b'));
  t.is(await body.next(), undefined);
  body.close();
  t.deepEqual(told, [], 'the connection is for others');
});

test('more than is read does not pile up', async (t) => {
  const { body, told } = bodyOf();
  body.push(QUARTER);
  t.deepEqual(told, []);
  body.push(QUARTER);
  t.deepEqual(told, ['pause']);
  await body.next();
  t.deepEqual(told, ['pause']);
  await body.next();
  t.deepEqual(told, ['pause', 'resume']);
});

test('a body that was held back and has ended has nothing more to say to its connection', async (t) => {
  const { body, told } = bodyOf();
  body.push(QUARTER);
  body.push(QUARTER);
  body.end();
  await body.next();
  await body.next();
  t.is(await body.next(), undefined);
  t.deepEqual(told, ['pause']);
});

test('a failure comes after what had come before it', async (t) => {
  const { body } = bodyOf();
  body.push(bytesOf('a'));
  body.fail(new Error('broke'));
  t.deepEqual(await body.next(), bytesOf('a'));
  await t.throwsAsync(async () => body.next(), { message: 'broke' });
  const waiting = bodyOf().body;
  const next = Promise.resolve(waiting.next());
  waiting.fail(new Error('broke'));
  await t.throwsAsync(next, { message: 'broke' });
});

test('the rest of a body that nobody wants is given up', (t) => {
  const { body, told } = bodyOf();
  body.push(bytesOf('a'));
  body.close();
  t.deepEqual(told, ['fail']);
});
