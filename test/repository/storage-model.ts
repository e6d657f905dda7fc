import { deepStrictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Storage } from '../../src/repository/storage/storage.js';
import type { StorageFixture } from './storage-conformance.js';
import { codeOf, get, put } from './storage-helpers.js';

/** What a storage should hold. */
type Model = Map<string, Uint8Array>;

type Command = fc.AsyncCommand<Model, Storage>;

/*
 * Files and directories have different letters, since a local disk, unlike S3, cannot have both under one name. Few names,
 * so that commands meet; ones that are prefixes of others, so that trees and prefixes get confused if they can be.
 */
const directory = fc
  .array(fc.constantFrom('d', 'dd', 'd.d', 'D'), { maxLength: 2 })
  .map((parts) => parts.join('/'));
const fileName = fc.constantFrom('f', 'ff', 'f f', 'f.part', 'é');
const filePath = fc.tuple(directory, fileName).map(([d, f]) => (d === '' ? f : `${d}/${f}`));
const content = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 });

function command(name: string, run: (model: Model, storage: Storage) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

const writeCommand = fc.tuple(filePath, content).map(([path, chunks]) =>
  command(`write ${path} ${chunks.map((chunk) => chunk.length).join('+')}`, async (model, storage) => {
    await put(storage, path, ...chunks);
    model.set(path, Uint8Array.from(chunks.flatMap((chunk) => [...chunk])));
  }),
);

/** Only where nothing is there yet: what an aborted overwriting leaves differs between storages, by contract. */
const abortCommand = fc.tuple(filePath, content).map(([path, chunks]) =>
  command(`abort ${path}`, async (model, storage) => {
    if (model.has(path)) return;
    const writer = await storage.createWriter(path);
    for (const chunk of chunks) await writer.write(chunk);
    await writer.abort();
  }),
);

const readCommand = filePath.map((path) =>
  command(`read ${path}`, async (model, storage) => {
    const expected = model.get(path);
    if (expected) deepStrictEqual(await get(storage, path, 16), expected);
    else deepStrictEqual(await codeOf(() => storage.openReader(path)), 'STORAGE_NOT_FOUND');
  }),
);

const sizeCommand = filePath.map((path) =>
  command(`size of ${path}`, async (model, storage) => {
    deepStrictEqual(await storage.sizeOf(path), model.get(path)?.length);
  }),
);

const renameCommand = fc.tuple(filePath, filePath).map(([from, to]) =>
  command(`rename ${from} ${to}`, async (model, storage) => {
    if (!storage.canRename) return;
    const bytes = model.get(from);
    deepStrictEqual(await codeOf(() => storage.rename(from, to)), bytes ? 'none' : 'STORAGE_NOT_FOUND');
    if (!bytes) return;
    model.delete(from);
    model.set(to, bytes);
  }),
);

const removeCommand = filePath.map((path) =>
  command(`remove ${path}`, async (model, storage) => {
    await storage.remove(path);
    model.delete(path);
  }),
);

const removeTreeCommand = directory
  .filter((prefix) => prefix !== '')
  .map((prefix) =>
    command(`removeTree ${prefix}`, async (model, storage) => {
      await storage.removeTree(prefix);
      for (const path of model.keys()) if (path.startsWith(`${prefix}/`)) model.delete(path);
    }),
  );

const listCommand = directory.map((prefix) =>
  command(`list ${prefix}`, async (model, storage) => {
    deepStrictEqual(await storage.list(prefix), below(model, prefix));
  }),
);

const listNamesCommand = directory.map((prefix) =>
  command(`listNames ${prefix}`, async (model, storage) => {
    const start = prefix === '' ? 0 : prefix.length + 1;
    const expected = new Set(below(model, prefix).map(({ path }) => path.slice(start).split('/')[0]!));
    const names = await storage.listNames(prefix);
    deepStrictEqual(names, [...names].sort());
    // A directory that has become empty may still show.
    const empty = names.filter((name) => !expected.has(name));
    deepStrictEqual(new Set(names.filter((name) => expected.has(name))), expected);
    for (const name of empty) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      deepStrictEqual(await storage.list(path), []);
      deepStrictEqual((await codeOf(() => storage.openReader(path))) === 'none', false);
    }
  }),
);

function below(model: Model, prefix: string): { path: string; sizeBytes: number }[] {
  return [...model]
    .filter(([path]) => prefix === '' || path.startsWith(`${prefix}/`))
    .map(([path, bytes]) => ({ path, sizeBytes: bytes.length }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const COMMANDS = [
  writeCommand,
  writeCommand,
  abortCommand,
  readCommand,
  sizeCommand,
  renameCommand,
  removeCommand,
  removeTreeCommand,
  listCommand,
  listNamesCommand,
];

/** The property that a storage, whatever is done to it, holds what a map would hold. */
export function agreesWithModel(open: () => StorageFixture | Promise<StorageFixture>) {
  return fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 60 }), async (commands) => {
    const { storage, dispose } = await open();
    try {
      const model: Model = new Map();
      await fc.asyncModelRun(() => ({ model, real: storage }), commands);
      deepStrictEqual(await storage.list(''), below(model, ''));
      for (const [path, bytes] of model) deepStrictEqual(await get(storage, path), bytes);
    } finally {
      await dispose();
    }
  });
}
