import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealCluster } from '../../src/drill/real-cluster.js';
import { between, pick, type Chaos, type ChaosScenario, type Told } from './chaos.js';
import { anythingOn, comparisonOf, isListed, proofOf, residueOf } from './proof.js';
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

/** Slow enough to be hit while they work. */
const SLOW = { bandwidthBytesPerSec: 6e6 };
const MOST_DEATHS = 6;

/** Ends threads of a cluster, whatever they do and however far they are, at random moments until told to stop. */
function killThreads({ random }: Chaos, cluster: RealCluster, nodes: number): () => Promise<number> {
  const over = new AbortController();
  let deaths = 0;
  const killing = (async () => {
    while (!over.signal.aborted && deaths < MOST_DEATHS) {
      await sleep(between(random, 5, 250));
      const threads = cluster.world.threadsOf(between(random, 0, nodes));
      if (over.signal.aborted || threads.length === 0) continue;
      await pick(random, threads).terminate();
      deaths++;
    }
  })();
  return async () => {
    over.abort();
    await killing;
    return deaths;
  };
}

/** Has a statement carried out while threads die, and again without that if it did not finish. */
async function throughDeaths(
  chaos: Chaos,
  cluster: RealCluster,
  nodes: number,
  statement: (cluster: RealCluster) => Promise<End>,
  whenCancelled: () => Promise<string[]>,
): Promise<{ readonly deaths: number; readonly first: End; readonly faults: readonly string[] }> {
  const stop = killThreads(chaos, cluster, nodes);
  const first = await statement(cluster);
  const deaths = await stop();
  if (first.state === 'FINISHED') return { deaths, first, faults: [] };
  const faults = await whenCancelled();
  const second = await statement(cluster);
  if (second.state !== 'FINISHED')
    faults.push(`without deaths it is ${tellEnd(second)}, after ${tellEnd(first)}`);
  return { deaths, first, faults };
}

async function run(chaos: Chaos): Promise<Told> {
  const storage = {
    kind: 'local',
    directory: path.join(chaos.directory, 'repository'),
    durable: false,
  } as const;
  const site: Site = await makeSite(chaos, { storage, limits: SLOW });
  const backup = await withCluster(site, (cluster) =>
    throughDeaths(chaos, cluster, 3, backUp, async () =>
      (await isListed(storage)) ? ['a cancelled backup is listed'] : residueOf(site),
    ),
  );
  const faults = [...backup.faults, ...(await proofOf(site, path.join(chaos.directory, 'proof')))];
  const target = makeTarget(site, path.join(chaos.directory, 'target'));
  const restored = await withTarget(site, target, (cluster) =>
    throughDeaths(chaos, cluster, 2, restore, () => Promise.resolve(anythingOn(target))),
  );
  faults.push(...restored.faults, ...(await comparisonOf(site, target)));
  const facts = `${backup.deaths} threads died in a backup (${backup.first.state}), ${restored.deaths} in a restore (${restored.first.state})`;
  return { facts, faults };
}

export const threadsDie: ChaosScenario = { name: 'threads die', run };
