import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { s3Storage } from '../../src/repository/storage/s3/s3-storage.js';
import type { S3StorageOptions } from '../../src/repository/storage/s3/settings.js';
import type { S3StorageSpec } from '../../src/repository/storage/spec.js';
import type { Storage } from '../../src/repository/storage/storage.js';
import { startS3Server, type S3Server, type S3ServerOptions } from '../s3-server/server.js';
import type { StorageFixture } from './storage-conformance.js';

export const MIB = 1024 * 1024;

/** Waits so short that tests are fast, and long enough to be seen. */
export const FAST_BACKOFF = { baseDelayMs: 2, throttlingDelayMs: 8, maxDelayMs: 40 };

export function specOf(server: S3Server, spec: Partial<S3StorageSpec> = {}): S3StorageSpec {
  return {
    kind: 's3',
    endpoint: server.endpoint,
    region: server.region,
    bucket: 'bucket',
    prefix: 'some/prefix',
    addressing: 'path',
    ...spec,
  };
}

/** A storage on an embedded server. */
export function storageOn(
  server: S3Server,
  options: S3StorageOptions = {},
  spec: Partial<S3StorageSpec> = {},
): Storage {
  const { credentials, lookup } = server;
  return s3Storage(specOf(server, spec), { credentials, lookup, backoff: FAST_BACKOFF, ...options });
}

/** A server of its own for one test. */
export async function serverFor(t: ExecutionContext, options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server(options);
  t.teardown(() => server.close());
  return server;
}

/** Storages for the conformance suite: each on a prefix of its own, all on one server that is started when first needed. */
export function embeddedFixtures(
  serverOptions: S3ServerOptions,
  options: S3StorageOptions,
  spec: Partial<S3StorageSpec>,
): { open: () => Promise<StorageFixture>; close: () => Promise<void> } {
  let started: Promise<S3Server> | undefined;
  return {
    async open() {
      const server = await (started ??= startS3Server(serverOptions));
      const storage = storageOn(server, options, { prefix: randomUUID(), ...spec });
      const dispose = (): void => storage.dispose?.();
      return { storage, dispose, partBytes: options.partSizeBytes ?? 8 * MIB };
    },
    close: async () => (await started)?.close(),
  };
}
