import type { Socket } from 'node:net';

const NEWLINE = 0x0a;

/** What comes of the bytes of a connection. */
export interface LineListener {
  readonly onLine: (line: string) => void;
  /** A line has grown longer than `maxBytes`; nothing more will be told. */
  readonly onTooLong?: () => void;
}

/** Cuts what arrives at a socket into lines, which arrive in pieces; without the newlines. */
export function readLines(socket: Socket, { onLine, onTooLong }: LineListener, maxBytes = Infinity): void {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let over = false;
  socket.on('data', (data: Buffer) => {
    let begin = 0;
    while (!over) {
      const end = data.indexOf(NEWLINE, begin);
      const piece = data.subarray(begin, end < 0 ? data.length : end);
      heldBytes += piece.length;
      if (heldBytes > maxBytes) {
        over = true;
        pieces = [];
        onTooLong?.();
        return;
      }
      pieces.push(piece);
      if (end < 0) return;
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      heldBytes = 0;
      begin = end + 1;
      if (line !== '') onLine(line);
    }
  });
}

export interface LineWriter {
  /** Resolves when there is room for more, or nobody to read it. */
  readonly send: (message: object) => Promise<void>;
  /** Sends what may as well be left out where the reader is behind. */
  readonly sendIfIdle: (message: object) => void;
}

/** Writes messages as lines. Never holds more than one message for a reader that does not read, if one awaits `send`. */
export function lineWriter(socket: Socket): LineWriter {
  const write = (message: object): boolean =>
    socket.destroyed || !socket.writable || socket.write(`${JSON.stringify(message)}\n`);
  return {
    send(message) {
      if (write(message)) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
    sendIfIdle(message) {
      if (!socket.writableNeedDrain) write(message);
    },
  };
}
