/** An acknowledgement that waits for something to go with waits for as long, on Linux. Less is a server that is slow. */
export const HELD_MS = 35;
/** So many, one after the other, are no accident. */
const ENOUGH = 5;

/**
 * Notices a server that holds the body of each answer back until the answer's head has been acknowledged: it sends the two one after
 * the other, and its kernel puts small pieces together (Nagle's algorithm, RFC 896). Ours acknowledges what comes over a connection
 * in use 40 ms late (RFC 1122, 4.2.3.2), and over a new one at once. So where that is a server's habit, a connection for each
 * answer with a body is many times as fast as one that is kept. Ceph's gateway has it, unless told `tcp_nodelay=1`.
 */
export class HeldBodies {
  private inARow = 0;
  /** Who lets a body wait over a new connection too is slow: nothing is gained by another one. */
  private isSlow = false;

  get areHabit(): boolean {
    return this.inARow >= ENOUGH && !this.isSlow;
  }

  /** Told how long after its head the body of an answer began to come; and whether it was the first over its connection. */
  note(waitMs: number, isFirst: boolean): void {
    const isHeld = waitMs >= HELD_MS;
    if (isFirst) this.isSlow = isHeld;
    else this.inARow = isHeld ? this.inARow + 1 : 0;
  }
}
