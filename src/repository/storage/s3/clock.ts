/** The server's clock as far as it is known. Servers refuse what was signed 15 minutes before or after their time. */
export interface ServerClock {
  nowMs(): number;
  /** Told what time it is at the server when it refused a request: whether that explains it. */
  correct(serverMs: number): boolean;
}

/** Less than this is the network's delay, and no reason to refuse anything. */
const SKEW_MS = 5 * 60_000;

export function serverClock(ownMs: () => number = Date.now): ServerClock {
  let offsetMs = 0;
  return {
    nowMs: () => ownMs() + offsetMs,
    correct(serverMs) {
      const skewMs = serverMs - (ownMs() + offsetMs);
      if (Math.abs(skewMs) < SKEW_MS) return false;
      offsetMs += skewMs;
      return true;
    },
  };
}
