/** Linux lets an acknowledgement wait up to 40 ms for something to go with, counted from what may have come before. */
const HELD_MS = 20;
/** So many, one after the other, are no accident. */
const ENOUGH = 5;
/** Where new connections gained nothing, so many more come over those in use before it is tried again. */
const BEFORE_NEXT_TRY = 50;

/**
 * Notices a server that holds the body of each answer back until the answer's head has been acknowledged: it sends the two one after
 * the other, and its kernel puts small pieces together (Nagle's algorithm, RFC 896). Ours acknowledges what comes over a connection
 * in use 40 ms late (RFC 1122, 4.2.3.2), and over a new one at once. So where that is a server's habit, a connection for each
 * answer with a body is many times as fast as one that is kept. Ceph's gateway has it, unless told `tcp_nodelay=1`.
 */
export class HeldBodies {
  private inARow = 0;

  get areHabit(): boolean {
    return this.inARow >= ENOUGH;
  }

  /** Told how long after its head the body of an answer began to come, which was not the first over its connection. */
  note(waitMs: number): void {
    // Connections that were in use before it was known say nothing new.
    if (!this.areHabit) this.inARow = waitMs >= HELD_MS ? this.inARow + 1 : Math.min(this.inARow, 0);
  }

  /** The same of a first answer, with what it took to connect. Where that is as long, nothing is gained by new connections. */
  noteFirst(waitMs: number): void {
    if (waitMs >= HELD_MS && this.areHabit) this.inARow = -BEFORE_NEXT_TRY;
  }
}
