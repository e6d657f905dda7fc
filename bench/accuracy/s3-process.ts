import { startS3Server } from '../../test/s3-server/server.js';

/*
 * Entry of the process that the suite's S3 server runs in, so that what the server does is not done on the thread that
 * coordinates the backup. Its parent sends what it is to be called, gets told where it is, and ends it by going away.
 */

export interface ServerOrder {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ServerAddress {
  readonly endpoint: string;
  readonly region: string;
}

/** The server remembers each request for tests; here that would only grow. */
const FORGET_INTERVAL_MS = 500;

process.once('message', (order: ServerOrder) => void serve(order));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: this one is still needed until the job is cancelled.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

async function serve({ bucket, accessKeyId, secretAccessKey }: ServerOrder): Promise<void> {
  const server = await startS3Server({ buckets: [bucket], credentials: { accessKeyId, secretAccessKey } });
  setInterval(() => void server.requests.splice(0), FORGET_INTERVAL_MS);
  const address: ServerAddress = { endpoint: server.endpoint, region: server.region };
  process.send?.(address);
}
