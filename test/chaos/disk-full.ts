import path from 'node:path';
import { between, type Chaos, type ChaosScenario, type Told } from './chaos.js';
import { anythingOn, comparisonOf, isListed, proofOf, residueOf } from './proof.js';
import { backUp, makeSite, makeTarget, restore, tellEnd, withCluster, withTarget, type End } from './site.js';
import { mountSmallDisk, NO_MOUNT, type SmallDisk } from './small-disk.js';

const DISK_MIB = 40;
/** Of the data: 14 MB. */
const FILE_BYTES = 300_000;
const SOURCE_BYTES = 10_000_000;

/** The repository's disk fills up under a backup; space is made, and the same statement succeeds. */
async function fillRepository(chaos: Chaos, disk: SmallDisk): Promise<Told> {
  const directory = path.join(disk.directory, 'repository');
  const storage = { kind: 'local', directory, durable: chaos.random() < 0.5 } as const;
  const site = await makeSite(chaos, { storage, fileBytes: FILE_BYTES });
  const leftBytes = between(chaos.random, 0, SOURCE_BYTES);
  const faults: string[] = [];
  const first = await withCluster(site, async (cluster) => {
    disk.fill(leftBytes);
    const end = await backUp(cluster);
    faults.push(...unlessFull(end), ...residueOf(site));
    disk.makeSpace();
    if (await isListed(storage)) faults.push('a backup that found no room is listed');
    const second = await backUp(cluster);
    if (second.state !== 'FINISHED') faults.push(`with space it is ${tellEnd(second)}`);
    return end;
  });
  faults.push(...(await proofOf(site, path.join(chaos.directory, 'proof'))));
  return { facts: `room for ${leftBytes} bytes: ${first.error?.code}`, faults };
}

/** The nodes' disk fills up under a restore; space is made, and the same statement succeeds. */
async function fillNodes(chaos: Chaos, disk: SmallDisk): Promise<Told> {
  const storage = {
    kind: 'local',
    directory: path.join(chaos.directory, 'repository'),
    durable: false,
  } as const;
  const site = await makeSite(chaos, { storage, fileBytes: FILE_BYTES });
  const faults: string[] = [];
  const end = await withCluster(site, backUp);
  if (end.state !== 'FINISHED') faults.push(`the backup is ${tellEnd(end)}`);
  const target = makeTarget(site, path.join(disk.directory, 'target'));
  const leftBytes = between(chaos.random, 0, SOURCE_BYTES);
  const first = await withTarget(site, target, async (cluster) => {
    disk.fill(leftBytes);
    const tried = await restore(cluster);
    disk.makeSpace();
    faults.push(...unlessFull(tried), ...anythingOn(target));
    const second = await restore(cluster);
    if (second.state !== 'FINISHED') faults.push(`with space it is ${tellEnd(second)}`);
    return tried;
  });
  faults.push(...(await comparisonOf(site, target)));
  return { facts: `room for ${leftBytes} bytes: ${first.error?.code}`, faults };
}

const unlessFull = (end: End): string[] =>
  end.state !== 'FINISHED' && end.error?.code === 'DISK_FULL' ? [] : [`on a full disk it is ${tellEnd(end)}`];

function onSmallDisk(name: string, run: (chaos: Chaos, disk: SmallDisk) => Promise<Told>): ChaosScenario {
  return {
    name,
    async run(chaos) {
      const disk = mountSmallDisk(path.join(chaos.directory, 'small'), DISK_MIB);
      if (!disk) return { facts: '', faults: [], skipped: NO_MOUNT };
      try {
        return await run(chaos, disk);
      } finally {
        disk.unmount();
      }
    },
  };
}

export const repositoryFull = onSmallDisk('repository full', fillRepository);
/** A restore with two copies needs twice as much: 29 MB of 40 MiB. */
export const nodesFull = onSmallDisk('nodes full', fillNodes);
