import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

const SOCKET_NAME = 'drill.sock';

/** A socket's path may be 104 to 108 bytes long, with the zero at its end; this leaves some room. */
const MAX_PATH_BYTES = 100;

const HASH_DIGITS = 16;

/** Where the server of a data directory listens: in it, or, where that path is too long for a socket, in the system's
 * directory for temporary files. Makes nothing. */
export function socketPathFor(dataDirectory: string): string {
  const absolute = path.resolve(dataDirectory);
  const inside = path.join(absolute, SOCKET_NAME);
  if (Buffer.byteLength(inside) <= MAX_PATH_BYTES) return inside;
  const hash = createHash('sha256').update(absolute).digest('hex').slice(0, HASH_DIGITS);
  return path.join(tmpdir(), `drill-${userInfo().uid}-${hash}`, SOCKET_NAME);
}

/** Makes the directory of a socket, for its owner alone. */
export function makeSocketDirectory(socketPath: string): void {
  mkdirSync(path.dirname(socketPath), { recursive: true, mode: 0o700 });
}
