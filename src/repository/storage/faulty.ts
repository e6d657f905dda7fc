import type { ErrorCode } from '../../base/error-codes.js';
import { DrillError } from '../../base/errors.js';
import { randomStream } from '../../base/random.js';
import type { Awaitable, Storage, StorageReader, StorageWriter } from './storage.js';

export type FaultyOperation =
  | 'list'
  | 'listNames'
  | 'sizeOf'
  | 'createWriter'
  | 'write'
  | 'close'
  | 'abort'
  | 'openReader'
  | 'read'
  | 'rename'
  | 'syncNames'
  | 'remove'
  | 'removeTree'
  | 'removeUnfinished';

export interface Fault {
  readonly operation: FaultyOperation;
  /** Which paths it strikes; of a rename, the one it goes to. Default: all. */
  readonly path?: RegExp;
  /** Strikes the nth match only, from 1. Default: every one. */
  readonly nth?: number;
  /** Strikes a match with this probability, drawn from the plan's seed. Default: 1. */
  readonly chance?: number;
  /**
   * Whether the operation fails before it does anything, or after it has done all. `middle` is for `write`: half of the
   * chunk is written. Default: before.
   */
  readonly when?: 'before' | 'middle' | 'after';
  /** Default: STORAGE_FAILED. */
  readonly code?: ErrorCode;
}

export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Default: ''. The same plan strikes the same operations. */
  readonly seed?: string;
}

type Strike = Fault | undefined;

/** A storage that fails where a plan says so, and loudly: it never changes a byte. For tests. */
export function faulty(storage: Storage, plan: FaultPlan): Storage {
  const strikes = strikesOf(plan);

  function guard<T>(operation: FaultyOperation, path: string, run: () => Awaitable<T>): Awaitable<T> {
    const fault = strikes(operation, path);
    if (!fault) return run();
    if (fault.when !== 'after') throw failure(fault, path);
    return whenDone(run(), () => {
      throw failure(fault, path);
    });
  }

  const writerOf = (writer: StorageWriter, path: string): StorageWriter => ({
    write(chunk) {
      const fault = strikes('write', path);
      if (!fault) return writer.write(chunk);
      const written = { before: 0, middle: Math.ceil(chunk.length / 2), after: chunk.length };
      return whenDone(writer.write(chunk.subarray(0, written[fault.when ?? 'before'])), () => {
        throw failure(fault, path);
      });
    },
    close: () => guard('close', path, () => writer.close()),
    abort: () => guard('abort', path, () => writer.abort()),
  });
  const readerOf = (reader: StorageReader, path: string): StorageReader => ({
    read: (into) => guard('read', path, () => reader.read(into)),
    close: () => reader.close(),
  });
  return {
    kind: storage.kind,
    location: storage.location,
    canRename: storage.canRename,
    ...(storage.parts ? { parts: storage.parts } : {}),
    list: (prefix) => guard('list', prefix, () => storage.list(prefix)),
    listNames: (directory) => guard('listNames', directory, () => storage.listNames(directory)),
    sizeOf: (path) => guard('sizeOf', path, () => storage.sizeOf(path)),
    createWriter: (path, ...known) =>
      guard('createWriter', path, () =>
        whenDone(storage.createWriter(path, ...known), (writer) => writerOf(writer, path)),
      ),
    openReader: (path) =>
      guard('openReader', path, () => whenDone(storage.openReader(path), (reader) => readerOf(reader, path))),
    rename: (from, to, options) => guard('rename', to, () => storage.rename(from, to, options)),
    syncNames: (directory) => guard('syncNames', directory, () => storage.syncNames(directory)),
    remove: (path) => guard('remove', path, () => storage.remove(path)),
    removeTree: (prefix) => guard('removeTree', prefix, () => storage.removeTree(prefix)),
    removeUnfinished: (prefix) => guard('removeUnfinished', prefix, () => storage.removeUnfinished(prefix)),
    dispose: () => storage.dispose?.(),
  };
}

/** Which fault, if any, strikes the next operation. Each fault counts and draws for itself. */
function strikesOf({ faults, seed = '' }: FaultPlan): (operation: FaultyOperation, path: string) => Strike {
  const counted = faults.map((fault, i) => ({ fault, matches: 0, random: randomStream(seed, `fault ${i}`) }));
  return (operation, path) => {
    let strike: Strike;
    for (const counter of counted) {
      const { fault } = counter;
      if (fault.operation !== operation || (fault.path && !fault.path.test(path))) continue;
      counter.matches++;
      const isTurn = fault.nth === undefined || fault.nth === counter.matches;
      if (isTurn && counter.random() < (fault.chance ?? 1)) strike ??= fault;
    }
    return strike;
  };
}

/** Stays synchronous where the storage is. */
function whenDone<T, U>(result: Awaitable<T>, then: (value: T) => U): Awaitable<U> {
  return result instanceof Promise ? result.then(then) : then(result);
}

function failure({ operation, when = 'before', code = 'STORAGE_FAILED' }: Fault, path: string): DrillError {
  return new DrillError(
    code,
    `injected fault: ${operation} of ${JSON.stringify(path)} failed ${when} its effect`,
  );
}
