import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { shardFileName } from '../../catalog/shard-files.js';
import { serialize } from '../../base/errors.js';
import { onDisk } from './errno.js';
import type { ContentAnswer, ContentTask } from './dataset.js';
import { noteWritten, type WrittenFile } from './written.js';

const ZEROS = new Uint8Array(1024 * 1024);

/** Entry of the threads that make data: writes the files of some shards. */
export default function write(task: ContentTask): ContentAnswer {
  try {
    for (const shard of task.shards) {
      const directory = path.join(task.directory, String(shard.shardId));
      onDisk(`creating ${directory}`, () => mkdirSync(directory, { recursive: true }));
      const written: WrittenFile[] = [];
      for (const [file, sizeBytes] of shard.fileSizeBytes.entries()) {
        if (Atomics.load(task.stop, 0) !== 0) return { ok: true };
        const name = shardFileName(shard.shardId, shard.version, file);
        const stream = `${shard.shardId}/${file}`;
        written.push({ name, checksum: writeFile(path.join(directory, name), task.seed, stream, sizeBytes) });
      }
      noteWritten(task.metaDirectory, shard.shardId, written);
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, error: serialize(error) };
  }
}

/**
 * Content is an AES-128-CTR keystream: as good as random to any compressor, a different one for each file, gigabytes a
 * second, and the same again for the same seed. Returns its MD5.
 */
function writeFile(target: string, seed: string, file: string, sizeBytes: number): string {
  const key = createHash('sha256').update(`${seed}\n${file}`).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16, 32));
  const md5 = createHash('md5');
  onDisk(`writing ${target}`, () => {
    const fd = openSync(target, 'w');
    try {
      for (let left = sizeBytes; left > 0;) {
        const chunk = cipher.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
        md5.update(chunk);
        for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done);
        left -= chunk.length;
      }
    } finally {
      closeSync(fd);
    }
  });
  return md5.digest('hex');
}
