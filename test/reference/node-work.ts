import type { Scenario } from '../../src/scenario/index.js';
import type { NodeHardware } from '../../src/world/hardware.js';
import { processorBytes } from './demands.js';
import type { Piece } from './plan.js';
import type { Requests } from './requests.js';
import type { Process, Step, Timeline } from './timeline.js';

export interface FilePut {
  readonly node: number;
  readonly shard: number;
  readonly file: number;
  /** How many it stands for, as a bundle; 1: it is stored by itself. */
  readonly files: number;
  /** When its last byte (and, in parts, the request that completes it) was there, from the world's beginning. */
  readonly atMs: number;
}

export interface NodeWorkContext {
  readonly scenario: Scenario;
  readonly hardware: readonly NodeHardware[];
  readonly timeline: Timeline;
  readonly requests: Requests;
  readonly onPut: (put: FilePut) => void;
}

export interface NodeWork {
  readonly snapshot: (node: number, pieces: readonly Piece[]) => Process;
  readonly upload: (node: number, pieces: readonly Piece[]) => Process;
}

const MAX_PARTS = 10_000;
const MIB = 2 ** 20;

/** What a node does for its tasks: the price list, line by line. */
export function createNodeWork({ scenario, hardware, timeline, requests, onPut }: NodeWorkContext): NodeWork {
  const { limits, type, storage } = scenario.repository;
  const { hashing, probe } = scenario.engine;
  const renames = type === 'local';
  const { request } = requests;

  function* snapshot(node: number, pieces: readonly Piece[]): Process {
    for (const { fileBytes } of pieces) {
      const { snapshotMs, linkMs } = hardware[node]!;
      yield* timeline.wait(snapshotMs + fileBytes.length * linkMs);
    }
  }

  function* upload(node: number, pieces: readonly Piece[]): Process {
    for (const { shard, fileBytes } of pieces) {
      if (probe === 'always') yield* request(node);
      for (const { file, files, bytes } of objectsOf(fileBytes, storage.bundleBelowBytes ?? 0)) {
        if (renames && hashing === 'one-pass') {
          if (files > 1) yield* gather(node, files, bytes);
          yield* request(node, file === 0);
          yield* timeline.flow(node, 'put-hash', bytes);
        } else {
          if (files > 1) yield* gather(node, files, bytes);
          yield* timeline.flow(node, 'hash', bytes);
          if (files > 1) yield* gather(node, files, 0);
          yield* put(node, bytes, file === 0);
        }
        onPut({ node, shard, file, files, atMs: timeline.now() });
        if (renames) yield* request(node);
      }
    }
  }

  /** Reads the files of a bundle; `hashedBytes` of them are hashed, file by file. */
  function* gather(node: number, files: number, hashedBytes: number): Process {
    const readMs = (limits.client.bundled?.readMs ?? 0) * files;
    yield* timeline.flow(node, 'processor', processorBytes(readMs, hardware[node]!));
    yield* timeline.flow(node, 'rehash', hashedBytes);
  }

  function* put(node: number, bytes: number, isFirst: boolean): Process {
    if (limits.multipart && bytes > limits.multipart.partBytes)
      yield* putInParts(node, bytes, limits.multipart, isFirst);
    else yield* putWhole(node, bytes, isFirst);
  }

  function* putWhole(node: number, bytes: number, isFirst: boolean): Process {
    yield* request(node, isFirst);
    yield* timeline.flow(node, 'put', bytes);
  }

  function* putInParts(
    node: number,
    bytes: number,
    { partBytes, parallel }: { readonly partBytes: number; readonly parallel: number },
    isFirst: boolean,
  ): Process {
    yield* request(node, isFirst);
    const parts = partSizes(bytes, partBytes).map((part) => putWhole(node, part, false));
    yield createPool(timeline, parallel).runAll(parts);
    yield* request(node);
  }

  return { snapshot, upload };
}

interface StoredObject {
  readonly file: number;
  readonly files: number;
  readonly bytes: number;
}

const BUNDLE_BYTES = 8 * MIB;

/** What a shard's files are stored as: neighbours that are small are put together while there is room. */
export function objectsOf(fileBytes: readonly number[], belowBytes: number): StoredObject[] {
  const objects: (StoredObject & { readonly isOpen: boolean })[] = [];
  for (const [file, bytes] of fileBytes.entries()) {
    const isOpen = bytes < belowBytes;
    const last = objects.at(-1);
    if (last?.isOpen && isOpen && last.bytes + bytes <= BUNDLE_BYTES)
      objects.splice(-1, 1, { ...last, files: last.files + 1, bytes: last.bytes + bytes });
    else objects.push({ file, files: 1, bytes, isOpen });
  }
  return objects;
}

/** The sizes of a file's parts. */
export function partSizes(bytes: number, partBytes: number): number[] {
  const isTooMany = Math.ceil(bytes / partBytes) > MAX_PARTS;
  const size = isTooMany ? Math.ceil(bytes / MAX_PARTS / MIB) * MIB : partBytes;
  const sizes: number[] = [];
  for (let left = bytes; left > 0; left -= size) sizes.push(Math.min(size, left));
  return sizes;
}

export interface Pool {
  /** Has a worker do it, now or when one is free: first come, first served. */
  readonly add: (process: Process, ended: () => void) => void;
  /** Adds all, and is over when all are done. */
  readonly runAll: (processes: readonly Process[]) => Step;
}

export function createPool(timeline: Timeline, workers: number): Pool {
  let free = workers;
  const waiting: { readonly process: Process; readonly ended: () => void }[] = [];

  const add = (process: Process, ended: () => void): void => {
    waiting.push({ process, ended });
    if (free > 0) beginFirst();
  };
  const beginFirst = (): void => {
    const { process, ended } = waiting.shift()!;
    free--;
    timeline.start(process, () => {
      free++;
      if (waiting.length > 0) beginFirst();
      ended();
    });
  };
  const runAll =
    (processes: readonly Process[]): Step =>
    (done) => {
      let left = processes.length;
      for (const process of processes)
        add(process, () => {
          if (--left === 0) done();
        });
    };
  return { add, runAll };
}
