import type { Awaitable } from '../../storage.js';

/** Where a body comes from. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Gives up the rest of it. */
  fail(error: Error): void;
}

/** So much may wait for whoever reads: enough to go on with while more is on its way. */
const MOST_WAITING_BYTES = 512 * 1024;

/** The body of an answer, which is read bit by bit while it comes. */
export class AnswerBody {
  private readonly source: BodySource;
  private readonly chunks: Uint8Array[] = [];
  private waitingBytes = 0;
  private isOver = false;
  private isPaused = false;
  private failure: Error | undefined;
  private reader: { resolve(bytes: Uint8Array | undefined): void; reject(error: Error): void } | undefined;

  constructor(source: BodySource) {
    this.source = source;
  }

  /** The next bytes; undefined at the end. Fails where the connection did, after all that had come. */
  next(): Awaitable<Uint8Array | undefined> {
    const bytes = this.chunks.shift();
    if (bytes) {
      this.waitingBytes -= bytes.length;
      if (this.isPaused && this.waitingBytes === 0) {
        this.isPaused = false;
        this.source.resume();
      }
      return bytes;
    }
    if (this.failure) throw this.failure;
    if (this.isOver) return undefined;
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
    });
  }

  /** Of no more interest. What has come to its end leaves its connection to others. */
  close(): void {
    if (!this.isOver && !this.failure) this.source.fail(new Error());
  }

  push(bytes: Uint8Array): void {
    if (this.reader) return this.takeReader()?.resolve(bytes);
    this.chunks.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.isPaused || this.waitingBytes < MOST_WAITING_BYTES) return;
    this.isPaused = true;
    this.source.pause();
  }

  end(): void {
    this.isOver = true;
    // The connection is somebody else's from now on.
    this.isPaused = false;
    this.takeReader()?.resolve(undefined);
  }

  fail(error: Error): void {
    this.failure = error;
    this.takeReader()?.reject(error);
  }

  private takeReader(): typeof this.reader {
    const { reader } = this;
    this.reader = undefined;
    return reader;
  }
}
