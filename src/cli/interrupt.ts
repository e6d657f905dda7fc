import { EXIT } from './exit-codes.js';

/**
 * An abort signal for the first Ctrl-C (or SIGTERM), and for when nobody reads our output any more; the second Ctrl-C ends
 * the process at once.
 */
export function onInterrupt(what = 'cancelling the job and cleaning up'): {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write(`\nInterrupted: ${what}. Once more ends at once.\n`);
    controller.abort();
  };
  const onBrokenPipe = (): void => controller.abort();
  process.stdout.on('error', onBrokenPipe);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const dispose = (): void => {
    process.stdout.off('error', onBrokenPipe);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, dispose };
}
