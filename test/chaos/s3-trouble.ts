import path from 'node:path';
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { StorageSpec } from '../../src/repository/index.js';
import { openStorage } from '../../src/repository/storage/open.js';
import { startS3Server } from '../s3-server/server.js';
import { between, type Chaos, type ChaosScenario, type Told } from './chaos.js';
import { anythingOn, comparisonOf, isListed, proofOf, residueOf } from './proof.js';
import { startProxy, type FaultyProxy } from './proxy.js';
import {
  backUp,
  makeSite,
  makeTarget,
  restore,
  tellEnd,
  withCluster,
  withTarget,
  type End,
  type Site,
} from './site.js';

/** Short, since a stalled server is waited for so long at every stall. */
const IDLE_TIMEOUT_MS = 400;
const MIB = 2 ** 20;
/** Above the size of a part: large files go in two parts, the least that S3 takes. */
const LARGE_BYTES = 6 * MIB;
const SMALL_BYTES = 60_000;

interface Server {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  close(): Promise<void>;
}

/** The server of DRILL_S3_…, or one of this process, which checks signatures and MD5s. */
async function startServer(): Promise<Server> {
  const {
    DRILL_S3_ENDPOINT: endpoint,
    DRILL_S3_REGION: region = 'default',
    DRILL_S3_BUCKET: bucket,
  } = process.env;
  if (endpoint !== undefined && bucket !== undefined) {
    await makeBucket(endpoint, region, bucket);
    return { endpoint, region, bucket, close: () => Promise.resolve() };
  }
  const server = await startS3Server();
  process.env['AWS_ACCESS_KEY_ID'] = server.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = server.credentials.secretAccessKey;
  return {
    endpoint: server.endpoint,
    region: server.region,
    bucket: 'bucket',
    async close() {
      await server.close();
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    },
  };
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function makeBucket(endpoint: string, region: string, bucket: string): Promise<void> {
  const client = new S3Client({ endpoint, region, forcePathStyle: true });
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}

/** Has a statement carried out while requests are troubled, and if that was too much for it, again without that. */
async function throughTrouble(
  proxy: FaultyProxy,
  chance: number,
  statement: () => Promise<End>,
  whenCancelled: () => Promise<string[]>,
): Promise<{ readonly first: End; readonly faults: string[] }> {
  proxy.chance = chance;
  const first = await statement();
  proxy.chance = 0;
  if (first.state === 'FINISHED') return { first, faults: [] };
  const faults = await whenCancelled();
  const second = await statement();
  if (second.state !== 'FINISHED')
    faults.push(`without trouble it is ${tellEnd(second)}, after ${tellEnd(first)}`);
  return { first, faults };
}

async function run(chaos: Chaos): Promise<Told> {
  const { random, directory } = chaos;
  const server = await startServer();
  const proxy = await startProxy(server.endpoint, random);
  process.env['DRILL_S3_IDLE_TIMEOUT_MS'] = String(IDLE_TIMEOUT_MS);
  const spec = (endpoint: string): StorageSpec => ({
    kind: 's3',
    endpoint,
    region: server.region,
    bucket: server.bucket,
    prefix: path.basename(path.dirname(directory)) + path.basename(directory),
    addressing: 'path',
  });
  const direct = spec(server.endpoint);
  try {
    const isLarge = random() < 0.4;
    const fileBytes = isLarge ? LARGE_BYTES : SMALL_BYTES;
    const multipart = { partBytes: 5 * MIB, parallel: 2 };
    const site = await makeSite(chaos, {
      storage: spec(proxy.endpoint),
      fileBytes,
      limits: { multipart },
      buckets: isLarge ? 1 : 6,
      filesPerShard: isLarge ? 1 : 3,
    });
    const percent = between(random, 3, 25);
    const told = await troubled(chaos, site, { proxy, chance: percent / 100, direct });
    const kinds = [...proxy.struck].map(([kind, times]) => `${times} × ${kind}`).join(', ');
    return {
      facts: `${told.facts}, ${isLarge ? 'large' : 'small'} files, ${percent} %: ${kinds}`,
      faults: told.faults,
    };
  } finally {
    await emptied(direct);
    await proxy.close();
    await server.close();
    delete process.env['DRILL_S3_IDLE_TIMEOUT_MS'];
  }
}

interface Setting {
  readonly proxy: FaultyProxy;
  readonly chance: number;
  /** The same repository, without the proxy. */
  readonly direct: StorageSpec;
}

async function troubled(chaos: Chaos, site: Site, { proxy, chance, direct }: Setting): Promise<Told> {
  const backup = await withCluster(site, (cluster) =>
    throughTrouble(
      proxy,
      chance,
      () => backUp(cluster),
      async () => ((await isListed(direct)) ? ['a cancelled backup is listed'] : residueOf(site)),
    ),
  );
  const faults = [...backup.faults];
  faults.push(...(await proofOf({ ...site, storage: direct }, path.join(chaos.directory, 'proof'))));
  const target = makeTarget(site, path.join(chaos.directory, 'target'));
  const restored = await withTarget(site, target, (cluster) =>
    throughTrouble(
      proxy,
      chance,
      () => restore(cluster),
      () => Promise.resolve(anythingOn(target)),
    ),
  );
  faults.push(...restored.faults, ...(await comparisonOf(site, target)));
  const ended = ({ state, error }: End): string => (error ? `${state} of ${error.code}` : state);
  return { facts: `backup ${ended(backup.first)}, restore ${ended(restored.first)}`, faults };
}

async function emptied(spec: StorageSpec): Promise<void> {
  const storage = await openStorage(spec);
  for (const { path: file } of await storage.list('')) await storage.remove(file);
  await storage.removeUnfinished('');
  storage.dispose?.();
}

export const s3Trouble: ChaosScenario = { name: 's3 in trouble', run };
