import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { ChunkReader } from '../../../src/world/real/chunk-reader.js';
import { plainHasher } from '../../../src/world/real/hasher.js';

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const directory = mkdtempSync(path.join(tmpdir(), 'drill-hasher-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

test('a file is read whole and hashed right, whatever is expected of its size', (t) => {
  const hasher = plainHasher();
  const file = path.join(directory, 'file');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 2000 }),
      fc.integer({ min: 1, max: 10 }).map((blocks) => blocks * 64),
      fc.option(fc.nat({ max: 2000 }), { nil: 'right' as const }),
      (content, chunkBytes, expected) => {
        writeFileSync(file, content);
        const expectedBytes = expected === 'right' ? content.length : expected;
        const reader = new ChunkReader(file, expectedBytes);
        const hash = hasher.begin();
        const chunks: Uint8Array[] = [];
        while (!reader.isAtEnd) {
          const bytes = reader.read(hasher.buffer, chunkBytes);
          if (bytes === 0) break;
          t.is(hash.add(bytes, reader.isAtEnd), undefined, 'at once');
          chunks.push(hasher.buffer.slice(0, bytes));
        }
        reader.close();
        const read = Buffer.concat(chunks);
        t.is(reader.sizeBytes, content.length);
        t.deepEqual(read, Buffer.from(content));
        t.is(hash.hex(), md5(content));
        t.true(chunks.slice(0, -1).every(({ length }) => length === chunkBytes));
      },
    ),
  );
});
