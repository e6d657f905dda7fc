import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { serialize } from '../../base/errors.js';
import { partPath, type StorageSpec } from '../../repository/index.js';
import { openStorage } from '../../repository/storage/open.js';
import type { Storage } from '../../repository/storage/storage.js';
import { BLOCKING } from '../../repository/storage/local-sync.js';
import { BundleMemory } from '../../world/real/bundle-memory.js';
import { bundleBytes, makeFiles, readFiles } from '../../world/real/bundled-files.js';
import { ChunkReader } from '../../world/real/chunk-reader.js';
import { laneHasher, plainHasher, type Hasher } from '../../world/real/hasher.js';
import { Md5Lane } from '../../world/real/md5/lanes.js';
import type { BundleTask, ProbeAnswer, ProbeTask, PutTask, ReadTask } from './probe-tasks.js';

/** As the engine's threads have. */
const PLAIN = plainHasher();
const { buffer } = PLAIN;
const BUNDLES = new BundleMemory();
const storages = new Map<string, Promise<Storage>>();

/** Entry of the threads that probe: does what the engine's threads do, one thing at a time, and measures it. */
export default async function probe(task: ProbeTask): Promise<ProbeAnswer> {
  try {
    return { ok: true, samplesMs: await perform(task) };
  } catch (error) {
    return { ok: false, error: serialize(error) };
  }
}

async function perform(task: ProbeTask): Promise<readonly number[]> {
  switch (task.kind) {
    case 'echo':
      return [];
    case 'read':
      return readAgain(task);
    case 'link':
      return Array.from({ length: task.rounds }, (_, round) =>
        linkAll(task.from, path.join(task.to, `${round}`)),
      );
    case 'bundle':
      return bundleAgain(task);
    case 'put':
      return putFiles(task);
  }
}

async function readAgain(task: ReadTask): Promise<number[]> {
  const lanes = task.hash ? Md5Lane.several(task.atOnce) : [];
  const readers = Array.from({ length: task.atOnce }, (_, i) =>
    readOneAgain(task, lanes[i] ? laneHasher(lanes[i]) : PLAIN),
  );
  return (await Promise.all(readers)).flat();
}

async function readOneAgain({ file, hash, lastMs }: ReadTask, hasher: Hasher): Promise<number[]> {
  const samplesMs: number[] = [];
  const untilMs = performance.now() + lastMs;
  do {
    const startMs = performance.now();
    const md5 = hash ? hasher.begin() : undefined;
    const source = new ChunkReader(file);
    try {
      while (!source.isAtEnd) {
        const bytes = source.read(hasher.buffer, hasher.buffer.length);
        const hashed = md5?.add(bytes, source.isAtEnd);
        if (hashed) await hashed;
      }
    } finally {
      source.close();
    }
    md5?.hex();
    samplesMs.push(performance.now() - startMs);
  } while (performance.now() < untilMs);
  return samplesMs;
}

function linkAll(from: string, to: string): number {
  const names = readdirSync(from);
  const startMs = performance.now();
  mkdirSync(to, { recursive: true });
  for (const name of names) linkSync(path.join(from, name), path.join(to, name));
  const durationMs = performance.now() - startMs;
  rmSync(to, { recursive: true });
  return durationMs;
}

async function bundleAgain(task: BundleTask): Promise<number[]> {
  const samplesMs: number[] = [];
  for (let round = 0; round < task.rounds; round++) samplesMs.push(await bundle(task));
  return samplesMs;
}

async function bundle({ files, sizeBytes, does }: BundleTask): Promise<number> {
  const bundled = files.map((each) => ({ path: each, sizeBytes }));
  const startMs = performance.now();
  if (does === 'read') readFiles(BUNDLES, bundled);
  else
    await makeFiles(
      BUNDLES.reserve(bundleBytes(bundled)),
      bundled,
      does === 'make durably' ? BLOCKING : undefined,
    );
  const durationMs = performance.now() - startMs;
  if (does !== 'read') for (const file of files) rmSync(file);
  return durationMs / files.length;
}

/** A file is a request where it gets its name at once, and two where it is renamed; names are synced as the engine does. */
async function putFiles({ spec, directory, files, sizeBytes }: PutTask): Promise<number[]> {
  const storage = await storageOf(spec);
  const samplesMs: number[] = [];
  for (let file = 0; file < files; file++) {
    const name = `${directory}/${file}`;
    const written = storage.canRename ? partPath(name) : name;
    const startMs = performance.now();
    await putFile(storage, written, sizeBytes);
    const putMs = performance.now();
    samplesMs.push(putMs - startMs);
    if (!storage.canRename) continue;
    await storage.rename(written, name, { syncName: false });
    samplesMs.push(performance.now() - putMs);
  }
  await storage.syncNames(directory);
  return samplesMs;
}

async function putFile(storage: Storage, name: string, sizeBytes: number): Promise<void> {
  const writer = await storage.createWriter(name, sizeBytes);
  try {
    for (let left = sizeBytes; left > 0; left -= buffer.length) {
      const written = writer.write(buffer.subarray(0, Math.min(left, buffer.length)));
      if (written instanceof Promise) await written;
    }
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** One storage a thread, as in the engine: its connections are kept. */
function storageOf(spec: StorageSpec): Promise<Storage> {
  const key = JSON.stringify(spec);
  let storage = storages.get(key);
  if (!storage) storages.set(key, (storage = openStorage(spec)));
  return storage;
}
