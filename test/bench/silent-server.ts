/* Entry of a process that is told what to do, never answers, and does not end when it is asked to. */

process.on('message', () => undefined);
process.on('SIGTERM', () => undefined);
// Not longer than the test, however that ends.
process.on('disconnect', () => process.exit());
setInterval(() => undefined, 60_000);
