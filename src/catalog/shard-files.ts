/** The header file of a shard is its first file; it names the shard, so a restore renames it. */
export const headerFileName = (shardId: number): string => `${shardId}.hdr`;

/** Segment files are named by rowset and segment. A shard has one rowset here, named for its version. */
export function segmentFileName(version: number, segment: number): string {
  return `02${version.toString(16).padStart(14, '0')}_${segment}.dat`;
}

/** The name of file `file` of a shard, 0 being the header. */
export function shardFileName(shardId: number, version: number, file: number): string {
  return file === 0 ? headerFileName(shardId) : segmentFileName(version, file - 1);
}

/** The name a file gets in shard `newShardId`: all keep theirs but the header. */
export function renamedForShard(name: string, newShardId: number): string {
  return name.endsWith('.hdr') ? headerFileName(newShardId) : name;
}

/** What a header holds besides: the shard's schema and rowset list. Doris's are a few KiB. */
export const HEADER_FILE_BYTES = 4096;
