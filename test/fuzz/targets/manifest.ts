import * as fc from 'fast-check';
import {
  checkConsistent,
  decodeInfo,
  decodeMeta,
  decodeRepoInfo,
  encodeInfo,
  encodeMeta,
  encodeRepoInfo,
  objectsIn,
  parsePath,
  snapshotDirectory,
  type SnapshotInfo,
} from '../../../src/repository/index.js';
import { checkedPath } from '../../../src/repository/storage/path.js';
import { documentsArbitrary } from '../../repository/arbitraries.js';
import type { Dice } from '../dice.js';
import { mutatedJson } from '../json-mutations.js';
import { must, tried, type Input, type Outcome, type Target } from '../target.js';
import { MOST_CHARACTERS, mutated, type Stock } from '../text-mutations.js';

const documents = fc.sample(documentsArbitrary, { seed: 1, numRuns: 200 });
const REPO_INFO = { formatVersion: 1, name: 'repo', createdAt: '2026-01-31-23-59-59' };

const MD5 = '0123456789abcdef'.repeat(2);
const PATHS = [
  '__palo_repository_repo/__repo_info',
  '__palo_repository_repo/__repo_info.part',
  `__palo_repository_repo/__ss_l/__meta.${MD5}`,
  `__palo_repository_repo/__ss_l/__info_2026-01-31-23-59-59.${MD5}`,
  '__palo_repository_repo/__ss_l/__info_2026-01-31-23-59-59.part',
  `__palo_repository_repo/__ss_l/__ss_content/__db_1/__tbl_2/__part_3/__idx_4/__5/a.dat.${MD5}`,
  ...documents.flatMap(({ info }) => [...objectsIn(info)].slice(0, 1).map(({ path }) => path)),
];

const textStock = (corpus: readonly string[]): Stock => ({
  corpus,
  tokens: [
    '/',
    '..',
    '.',
    '__ss_',
    '__info_',
    '.part',
    '__db_',
    `.${MD5}`,
    '"id":',
    '[',
    '{',
    '}',
    ']',
    ',',
    '1e999',
    'null',
  ],
});
const infoStock = textStock(documents.map(({ info }) => encodeInfo(info)));
const metaStock = textStock(documents.map(({ meta }) => encodeMeta(meta)));
const pathStock = textStock(PATHS);

function documentText(value: unknown, text: string, stock: Stock, dice: Dice): string {
  const kind = dice.below(10);
  if (kind < 4) return text;
  return kind < 8 ? mutatedJson(value, dice) : mutated(text, dice, stock);
}

function makeInput(dice: Dice): Input {
  const { info, meta } = dice.pick(documents);
  // Mostly the two documents belong together; else one is of another snapshot.
  const other = dice.chance(0.9) ? meta : dice.pick(documents).meta;
  return {
    info: documentText(info, encodeInfo(info), infoStock, dice).slice(0, MOST_CHARACTERS),
    meta: documentText(other, encodeMeta(other), metaStock, dice).slice(0, MOST_CHARACTERS),
    repoInfo: mutatedJson(REPO_INFO, dice).slice(0, 1000),
    path: mutated(dice.pick(PATHS), dice, pathStock).slice(0, 5000),
  };
}

/** Whatever a manifest says, its files lie under its own label, under paths that the layout makes. */
function checkFiles(info: SnapshotInfo): void {
  const directory = `${snapshotDirectory(info.repository, info.label)}/`;
  const seen = new Set<string>();
  for (const { path, sizeBytes, checksum } of objectsIn(info)) {
    must(path.startsWith(directory), `${path} is not below ${directory}`);
    must(tried('checkedPath', () => checkedPath(path)).ok, `${path} cannot be a path`);
    const parsed = parsePath(path);
    must(parsed.kind === 'shard-file' && parsed.checksum === checksum, `${path} is ${parsed.kind}`);
    must(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, `${path} has ${sizeBytes} bytes`);
    must(!seen.has(path), `${path} is there twice`);
    seen.add(path);
  }
}

function checkPath(path: string): void {
  const parsed = parsePath(path);
  if (parsed.kind === 'foreign') return;
  must(tried('checkedPath', () => checkedPath(path)).ok, `the path is ${parsed.kind}, and cannot be one`);
  must(path.startsWith(`__palo_repository_${parsed.repository}/`), 'the path is of another repository');
}

function check({ info = '', meta = '', repoInfo = '', path = '' }: Input): Outcome {
  checkPath(path);
  const readRepo = tried('decodeRepoInfo', () => decodeRepoInfo(repoInfo, 'r'));
  if (readRepo.ok) must(encodeRepoInfo(readRepo.value).length > 0, 'it cannot be written again');
  const readMeta = tried('decodeMeta', () => decodeMeta(meta, 'm'));
  if (readMeta.ok) {
    const written = encodeMeta(readMeta.value);
    must(encodeMeta(decodeMeta(written, 'm')) === written, 'a __meta differs when it is read again');
  }
  const readInfo = tried('decodeInfo', () => decodeInfo(info, 'i'));
  if (!readInfo.ok) return readInfo.error.code;
  const written = encodeInfo(readInfo.value);
  must(encodeInfo(decodeInfo(written, 'i')) === written, 'an __info differs when it is read again');
  checkFiles(readInfo.value);
  if (!readMeta.ok) return readMeta.error.code;
  const fit = tried('checkConsistent', () => checkConsistent(readMeta.value, readInfo.value));
  return fit.ok ? 'accepted' : fit.error.code;
}

export const manifestTarget: Target = { name: 'manifest', makeInput, check };
