import type { Endpoint } from '../endpoint.js';
import type { Settings } from '../settings.js';
import { Connection } from './connection.js';
import { HeldBodies } from './held-bodies.js';

/** Connections to one server, which are kept. What is free serves the next request, the one that was free last first. */
export class ConnectionPool {
  private readonly endpoint: Endpoint;
  private readonly settings: Settings;
  private readonly held = new HeldBodies();
  private readonly all = new Set<Connection>();
  private readonly free: Connection[] = [];
  /** Who waits for one, in order. */
  private readonly waiting = new Set<(connection: Connection) => void>();

  constructor(endpoint: Endpoint, settings: Settings) {
    this.endpoint = endpoint;
    this.settings = settings;
  }

  /** Gives a connection to who asks, now or when there is one. */
  take(use: (connection: Connection) => void): void {
    let connection = this.free.pop();
    while (connection && !connection.isOpen) connection = this.free.pop();
    if (connection) use(connection);
    else if (this.all.size < this.settings.maxSockets) use(this.open());
    else this.waiting.add(use);
  }

  /** For who does not want to wait any longer. */
  forget(use: (connection: Connection) => void): void {
    this.waiting.delete(use);
  }

  close(): void {
    for (const connection of this.all) connection.fail(new Error());
  }

  private open(): Connection {
    const connection = new Connection(this.endpoint, this.settings, this.held, {
      onFree: (free) => this.onFree(free),
      onClosed: (closed) => this.onClosed(closed),
    });
    this.all.add(connection);
    return connection;
  }

  private onFree(connection: Connection): void {
    const next = this.nextWaiting();
    if (next) next(connection);
    else this.free.push(connection);
  }

  private onClosed(connection: Connection): void {
    // Told already, of one that was for one answer.
    if (!this.all.delete(connection)) return;
    const at = this.free.indexOf(connection);
    if (at >= 0) this.free.splice(at, 1);
    this.nextWaiting()?.(this.open());
  }

  private nextWaiting(): ((connection: Connection) => void) | undefined {
    const [next] = this.waiting;
    if (next) this.waiting.delete(next);
    return next;
  }
}
