import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';

/** How much there is. */
export interface Size {
  readonly files: number;
  readonly bytes: number;
}

/** The files below a directory, with their paths from it, in the order of their names. */
export function filesBelow(directory: string): { readonly name: string; readonly bytes: number }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return { name: path.relative(directory, file), bytes: statSync(file).size };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const sizeOf = (files: readonly { readonly bytes: number }[]): Size => ({
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Throws unless a copy has as much as there was: a tool that leaves something out is not fast. */
export function requireWhole(what: string, found: Size, expected: Size): void {
  if (found.files === expected.files && found.bytes === expected.bytes) return;
  const text = ({ files, bytes }: Size): string => `${files} files of ${bytes} bytes`;
  throw new Error(`${what} has ${text(found)} where there should be ${text(expected)}`);
}

const CHUNK_BYTES = 2 ** 20;

/** Reads everything once, so that whoever comes next finds it in the page cache. */
export function warm(directory: string): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (const { name } of filesBelow(directory)) {
    const fd = openSync(path.join(directory, name), 'r');
    while (readSync(fd, chunk) > 0);
    closeSync(fd);
  }
}
