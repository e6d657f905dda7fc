import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { onDisk } from './errno.js';

/** Bytes on this machine that are to be sent. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Puts the next bytes into `into`, as many as fit and follow; 0: there are no more. */
  read(into: Uint8Array): number;
  close(): void;
}

export function fileSource(from: string): ByteSource {
  const source = onDisk(`opening ${from}`, () => openSync(from, 'r'));
  try {
    const { size: sizeBytes } = onDisk(`looking at ${from}`, () => fstatSync(source));
    return {
      sizeBytes,
      read: (into) => onDisk(`reading ${from}`, () => readSync(source, into, 0, into.length, null)),
      close: () => closeSync(source),
    };
  } catch (error) {
    closeSync(source);
    throw error;
  }
}

export function memorySource(bytes: Uint8Array): ByteSource {
  let done = 0;
  return {
    sizeBytes: bytes.length,
    read(into) {
      const chunk = bytes.subarray(done, done + into.length);
      into.set(chunk);
      done += chunk.length;
      return chunk.length;
    },
    close() {},
  };
}
