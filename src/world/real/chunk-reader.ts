import { closeSync, openSync, readSync } from 'node:fs';
import { onDisk } from './errno.js';

/** Reads a local file from its beginning to its end, with as few calls as tell that it is the end. */
export class ChunkReader {
  private readonly path: string;
  private readonly expectedBytes: number | undefined;
  private readonly fd: number;
  private readBytes = 0;
  private ended = false;

  /** `expectedBytes`: of the file, where it is known. It may be wrong. */
  constructor(path: string, expectedBytes?: number) {
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.fd = onDisk(`opening ${path}`, () => openSync(path, 'r'));
  }

  /** How many bytes have been read: once it is at its end, the file's. */
  get sizeBytes(): number {
    return this.readBytes;
  }

  get isAtEnd(): boolean {
    return this.ended;
  }

  /** Fills the first `wantedBytes` of `into`, with less only at the end. Gives how many there were. */
  read(into: Uint8Array, wantedBytes: number): number {
    let bytes = 0;
    while (bytes < wantedBytes && !this.ended) {
      const got = onDisk(`reading ${this.path}`, () =>
        readSync(this.fd, into, bytes, wantedBytes - bytes, null),
      );
      bytes += got;
      this.readBytes += got;
      // Less than was asked for, and all that there should be: asking once more would only cost a call.
      this.ended = got === 0 || (bytes < wantedBytes && this.readBytes === this.expectedBytes);
    }
    return bytes;
  }

  close(): void {
    closeSync(this.fd);
  }
}
