import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { noteWritten, readWritten, shardOfWritten, writtenPath } from '../../../src/world/real/written.js';

const md5Of = (bytes: string): string => createHash('md5').update(bytes).digest('hex');
const names = fc.stringMatching(/^[a-z0-9._-]{1,30}$/);
const files = fc.uniqueArray(fc.record({ name: names, checksum: fc.string().map(md5Of) }), {
  selector: ({ name }) => name,
  maxLength: 5,
});

const directory = mkdtempSync(path.join(tmpdir(), 'drill-written-'));
test.after.always(() => rmSync(directory, { recursive: true }));

test('what is noted is read', (t) => {
  const meta = path.join(directory, 'read');
  fc.assert(
    fc.property(files, (noted) => {
      noteWritten(meta, 7, noted);
      t.deepEqual(
        [...readWritten(meta, 7)!],
        noted.map(({ name, checksum }) => [name, checksum]),
      );
    }),
  );
});

test('a damaged note says nothing, wherever it is damaged', (t) => {
  const meta = path.join(directory, 'damaged');
  const target = writtenPath(meta, 7);
  fc.assert(
    fc.property(files, fc.nat(), fc.integer({ min: 1, max: 255 }), (noted, at, mask) => {
      noteWritten(meta, 7, noted);
      const whole = readFileSync(target);
      const flipped = Buffer.from(whole);
      flipped[at % whole.length]! ^= mask;
      for (const damaged of [
        flipped,
        whole.subarray(0, at % whole.length),
        Buffer.concat([whole, flipped]),
      ]) {
        writeFileSync(target, damaged);
        t.is(readWritten(meta, 7), undefined);
      }
    }),
  );
});

test('where nothing is noted nothing is known', (t) => {
  t.is(readWritten(path.join(directory, 'nowhere'), 7), undefined);
  const meta = path.join(directory, 'odd');
  mkdirSync(writtenPath(meta, 7), { recursive: true });
  t.is(readWritten(meta, 7), undefined, 'a directory in its place');
  t.is(shardOfWritten(path.basename(writtenPath(meta, 7))), '7');
  t.is(shardOfWritten('7'), undefined);
});

test('md5sum -c reads it', (t) => {
  const data = path.join(directory, 'data');
  mkdirSync(data);
  writeFileSync(path.join(data, '7.hdr'), 'header');
  noteWritten(directory, 7, [{ name: '7.hdr', checksum: md5Of('header') }]);
  const check = (): string =>
    execFileSync('md5sum', ['-c', '--quiet', writtenPath(directory, 7)], {
      cwd: data,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  t.is(check(), '');
  writeFileSync(path.join(data, '7.hdr'), 'Header');
  t.throws(check);
});
