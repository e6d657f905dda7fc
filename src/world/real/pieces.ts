import { nsToMs } from './pacer.js';

/** How long a piece is at least: so many milliseconds, and such a part of the time since its task began. */
const LEAST_MS = 25;
const LEAST_SHARE = 1 / 2000;

/**
 * When the bytes of one transfer moved: in pieces, since its rate may change while it is under way. No finer than anyone looks, so
 * that a task of a day remembers few, and a small file is one whose time is asked for once, at its end.
 */
export class Pieces {
  private readonly originNs: bigint;
  private readonly now: () => bigint;
  private readonly told: number[] = [];
  private fromNs: bigint;
  private bytes = 0;

  /** It begins now; `originNs`: when its task began. */
  constructor(originNs: bigint, now: () => bigint) {
    this.originNs = originNs;
    this.now = now;
    this.fromNs = now();
  }

  /** So many bytes more have moved. */
  add(bytes: number): void {
    this.bytes += bytes;
  }

  /** Whatever has been added has had its time by now, and more is to come. */
  look(): void {
    if (this.bytes === 0) return;
    const nowNs = this.now();
    const leastMs = Math.max(LEAST_MS, nsToMs(nowNs - this.originNs) * LEAST_SHARE);
    if (nsToMs(nowNs - this.fromNs) >= leastMs) this.cut(nowNs, 0);
  }

  /** All has moved, so many files. Gives four numbers a piece: from when to when, in milliseconds of its task; bytes; files. */
  end(files: number): readonly number[] {
    this.cut(this.now(), files);
    return this.told;
  }

  private cut(nowNs: bigint, files: number): void {
    this.told.push(nsToMs(this.fromNs - this.originNs), nsToMs(nowNs - this.originNs), this.bytes, files);
    this.fromNs = nowNs;
    this.bytes = 0;
  }
}
