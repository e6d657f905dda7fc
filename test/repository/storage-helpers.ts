import { DrillError } from '../../src/base/errors.js';
import type { ErrorCode } from '../../src/base/error-codes.js';
import type { Storage } from '../../src/repository/storage/storage.js';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Writes one file, in as many writes as there are chunks. */
export async function put(storage: Storage, path: string, ...chunks: Uint8Array[]): Promise<void> {
  const writer = await storage.createWriter(path);
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}

/** Reads one file through a buffer of `bufferBytes`. */
export async function get(storage: Storage, path: string, bufferBytes = 64 * 1024): Promise<Uint8Array> {
  const reader = await storage.openReader(path);
  const buffer = new Uint8Array(bufferBytes);
  const found: Uint8Array[] = [];
  for (let count = await reader.read(buffer); count > 0; count = await reader.read(buffer)) {
    found.push(buffer.slice(0, count));
  }
  await reader.close();
  return new Uint8Array(Buffer.concat(found));
}

export async function paths(storage: Storage, prefix = ''): Promise<string[]> {
  return (await storage.list(prefix)).map((file) => file.path);
}

/** The code of the DrillError that `run` throws or rejects with; anything else is passed on. */
export async function codeOf(run: () => unknown): Promise<ErrorCode | 'none'> {
  return (await errorOf(run))?.code ?? 'none';
}

export async function errorOf(run: () => unknown): Promise<DrillError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof DrillError) return error;
    throw error;
  }
}
