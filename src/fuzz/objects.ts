import { fileNameOf, type Scene, type SceneShard } from './scene.js';

/** One object that a shard's files are to be stored in: a file, or a bundle of several. */
export interface PlainObject {
  /** Without its checksum. */
  readonly name: string;
  /** Ordinals in the shard. */
  readonly files: readonly number[];
}

const BUNDLE_BYTES = 8 * 1024 * 1024;

/** The objects of a shard, told from sizes by a plain loop. */
export function objectsOfShard({ scenario, catalog }: Scene, shard: SceneShard): PlainObject[] {
  const belowBytes = scenario.repository.storage.bundleBelowBytes ?? 0;
  const groups: number[][] = [];
  /** What the last group has room for; 0: nothing goes into it. */
  let roomBytes = 0;
  let isOpen = false;
  for (let file = 0; file < shard.files; file++) {
    const bytes = catalog.shards.fileSizeBytes[shard.firstFile + file]!;
    const isSmall = bytes < belowBytes;
    if (isSmall && isOpen && bytes <= roomBytes) groups.at(-1)!.push(file);
    else {
      groups.push([file]);
      roomBytes = BUNDLE_BYTES;
      isOpen = isSmall;
    }
    roomBytes -= bytes;
  }
  return groups.map((files) => ({
    name: files.length === 1 ? fileNameOf(shard, files[0]!) : `__bundle_${files[0]!}`,
    files,
  }));
}
