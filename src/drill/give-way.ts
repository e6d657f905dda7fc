import { setImmediate } from 'node:timers/promises';

/** How long synchronous work may go on before signals and timers get their turn. */
const TURN_MS = 50;

/** Wraps a progress callback of work that never waits by itself: lets the event loop turn now and then. */
export function givingWay<Args extends unknown[]>(
  callback: (...args: Args) => void,
): (...args: Args) => Promise<void> {
  let lastMs = performance.now();
  return async (...args) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < TURN_MS) return;
    lastMs = nowMs;
    callback(...args);
    await setImmediate();
  };
}
