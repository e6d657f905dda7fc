import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodePaths } from '../../src/world/real/paths.js';
import { between, pick, type Chaos, type ChaosScenario, type Told } from './chaos.js';
import { isListed, proofOf, residueOf } from './proof.js';
import { backUp, makeSite, tellEnd, withCluster } from './site.js';

/** A bit of the only replica's file turns on the disk; the backup refuses it, and succeeds when the file is repaired. */
async function run(chaos: Chaos): Promise<Told> {
  const { random, directory } = chaos;
  const storage = { kind: 'local', directory: path.join(directory, 'repository'), durable: false } as const;
  const hashing = pick(random, ['one-pass', 'separate'] as const);
  const site = await makeSite(chaos, { storage, replication: 1, changes: { hashing, checkSource: true } });
  const { data } = nodePaths(site.clusterDirectory, pick(random, site.catalog.nodeNames));
  const shard = pick(random, readdirSync(data));
  const name = pick(random, readdirSync(path.join(data, shard)));
  const victim = path.join(data, shard, name);
  const bytes = readFileSync(victim);
  bytes[between(random, 0, bytes.length)]! ^= 1 << between(random, 0, 8);
  // It is a link to the data set, which must stay as it is.
  rmSync(victim);
  writeFileSync(victim, bytes);
  const faults: string[] = [];
  await withCluster(site, async (cluster) => {
    const end = await backUp(cluster);
    if (end.state === 'FINISHED' || end.error?.code !== 'SOURCE_CORRUPT')
      faults.push(`the backup is ${tellEnd(end)}`);
    if (await isListed(storage)) faults.push('the backup of a corrupt source is listed');
    faults.push(...residueOf(site));
    rmSync(victim);
    linkSync(path.join(site.datasetDirectory, shard, name), victim);
    const second = await backUp(cluster);
    if (second.state !== 'FINISHED') faults.push(`repaired, it is ${tellEnd(second)}`);
  });
  faults.push(...(await proofOf(site, path.join(directory, 'proof'))));
  return { facts: `${shard}/${name}, ${hashing}`, faults };
}

export const corruptSource: ChaosScenario = { name: 'corrupt source', run };
