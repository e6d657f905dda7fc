import { cpSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { shuffle, type RandomStream } from '../../src/base/random.js';
import { verifyRepository } from '../../src/repository/index.js';
import { localStorage } from '../../src/repository/storage/local.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { drill } from '../fixtures/command.js';
import { between, pick, type Chaos, type ChaosScenario, type Told } from './chaos.js';
import { DAMAGES, DOCUMENT_DAMAGES, type Planted, type Victims } from './damage.js';
import { anythingOn, comparisonOf } from './proof.js';
import {
  backUp,
  LABEL,
  makeSite,
  makeTarget,
  REPOSITORY,
  restore,
  tellEnd,
  withCluster,
  withTarget,
  type Site,
} from './site.js';

export const SNAPSHOT = `__palo_repository_${REPOSITORY}/__ss_${LABEL}`;
/** Copies of one repository that are damaged, each in another way. */
const COPIES = 4;
const MOST_DAMAGES = 6;

interface Damaged {
  readonly root: string;
  readonly what: readonly string[];
  readonly planted: readonly Planted[];
  /** Whether a restore may not go through. */
  readonly harmful: boolean;
}

async function run(chaos: Chaos): Promise<Told> {
  const { random, directory } = chaos;
  const whole = path.join(directory, 'repository');
  const storage = { kind: 'local', directory: whole, durable: false } as const;
  const site = await makeSite(chaos, { storage, fileBytes: 20_000 });
  const end = await withCluster(site, backUp);
  if (end.state !== 'FINISHED') return { facts: '', faults: [`the backup is ${tellEnd(end)}`] };
  const faults: string[] = [];
  const facts: string[] = [];
  for (let copy = 1; copy <= COPIES; copy++) {
    const damaged = damage(whole, path.join(directory, `copy-${copy}`), random, copy === 1);
    facts.push(damaged.what.join(' + '));
    const found = [...(await unlessNamed(damaged)), ...(copy === 1 ? await unlessCliNames(damaged) : [])];
    if (copy <= 2)
      found.push(...(await unlessRestoreSays(site, damaged, path.join(directory, `target-${copy}`))));
    faults.push(...found.map((fault) => `${damaged.what.join(' + ')}: ${fault}`));
  }
  return { facts: facts.join('; '), faults };
}

/** Copies a repository and damages the copy in several ways at once, each file in one of them. */
function damage(whole: string, root: string, random: RandomStream, isHarmful: boolean): Damaged {
  cpSync(whole, root, { recursive: true });
  const files = shuffle(filesIn(root), random);
  const victims: Victims = { root, random, takeFile: () => files.pop()! };
  const planted: Planted[] = [];
  const what: string[] = [];
  const names = shuffle(Object.keys(DAMAGES), random);
  const chosen = names.slice(0, between(random, 1, MOST_DAMAGES + 1));
  if (isHarmful && !chosen.some((name) => DAMAGES[name]!.harmful))
    chosen.push(names.find((name) => DAMAGES[name]!.harmful)!);
  for (const name of chosen) {
    planted.push(...DAMAGES[name]!.plant(victims));
    what.push(name);
  }
  if (random() < 0.3) {
    const name = pick(random, Object.keys(DOCUMENT_DAMAGES));
    const { hidesFiles, plant } = DOCUMENT_DAMAGES[name]!;
    const document = plant(root, SNAPSHOT, random);
    // Of a snapshot without a readable manifest nothing is known but what could never be one of its files.
    const stay = document.kind === 'unfinished' ? [] : planted.filter((one) => !hidesFiles || isAlways(one));
    return { root, what: [...what, name], planted: [...stay, document], harmful: true };
  }
  return { root, what, planted, harmful: chosen.some((name) => DAMAGES[name]!.harmful) };
}

/** What is too much whatever the manifest says. */
const isAlways = ({ kind, path: file }: Planted): boolean => kind === 'foreign' || file.endsWith('.part');

/** Every shard file of a repository that is whole, below its location. */
export function filesIn(root: string): string[] {
  const content = path.join(root, SNAPSHOT, '__ss_content');
  return readdirSync(content, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(content, name)).isFile())
    .map((name) => `${SNAPSHOT}/__ss_content/${name}`)
    .sort();
}

const order = (all: readonly Planted[]): string[] =>
  all.map(({ kind, path: file }) => `${kind} ${file}`).sort();

/** What is wrong with what was found of a damage: `drill verify` must name every one, and nothing else. */
function differences(planted: readonly Planted[], found: readonly Planted[], who: string): string[] {
  const [wanted, named] = [order(planted), order(found)];
  return [
    ...wanted.filter((one) => !named.includes(one)).map((one) => `${who} does not name ${one}`),
    ...named.filter((one) => !wanted.includes(one)).map((one) => `${who} names ${one}`),
  ];
}

export async function unlessNamed({ root, planted }: Pick<Damaged, 'root' | 'planted'>): Promise<string[]> {
  const { problems } = await verifyRepository(localStorage(root), { md5: nodeMd5 });
  return differences(planted, problems, 'verify');
}

async function unlessCliNames({ root, planted }: Damaged): Promise<string[]> {
  const { code, stdout } = await drill(['verify', root, '--json', '--quiet']);
  const { problems } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { problems: Planted[] };
  const wrongCode = code === 1 ? [] : [`drill verify ends with ${code}`];
  return [...wrongCode, ...differences(planted, problems, 'drill verify')];
}

/** A restore of what is damaged is refused, and leaves nothing; what is only too much does not hinder it. */
export async function unlessRestoreSays(
  site: Site,
  { root, harmful }: Pick<Damaged, 'root' | 'harmful'>,
  directory: string,
): Promise<string[]> {
  const damagedSite = { ...site, storage: { kind: 'local', directory: root, durable: false } as const };
  const target = makeTarget(site, directory);
  return withTarget(damagedSite, target, async (cluster) => {
    const end = await restore(cluster);
    if (!harmful) {
      if (end.state !== 'FINISHED')
        return [`nothing it needs is damaged, and the restore is ${tellEnd(end)}`];
      return comparisonOf(site, target);
    }
    const tables = [...target.catalog.database('example_db').tables.keys()].map(
      (name) => `there is a table ${name}`,
    );
    const finished = end.state === 'FINISHED' ? ['the restore of what is damaged FINISHED'] : [];
    return [...finished, ...tables, ...anythingOn(target)];
  });
}

export const corruption: ChaosScenario = { name: 'corruption', run };
