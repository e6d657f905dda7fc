import { parseBytes, UnitError } from '../base/units.js';
import { nearest, plural } from '../base/text.js';

/** The shards of one partition, listed one by one: columns of equal length. */
export interface ShardList {
  /** Bytes of a shard's segment files together. */
  readonly sizeBytes: readonly number[];
  /** How many segment files it has; its header file is not counted. */
  readonly files: readonly number[];
  /** Positions of the nodes that hold a copy, the copy with the lowest replica id first. */
  readonly nodes: readonly (readonly number[])[];
}

/** As many problems of one list are told; more would be the same one again. */
const MOST_PROBLEMS = 5;
/** Of one shard. */
export const MAX_FILES = 1_000_000;

/** A line: `<id> <size> <files> <node> [<node> …]`. */
interface ShardLine {
  readonly id: string;
  readonly sizeBytes: number;
  readonly files: number;
  readonly nodes: readonly number[];
}

/**
 * Reads a list of shards, one a line: an id of its own, the size of its files together, how many they are, and the nodes that
 * hold a copy, as in `10101 1.2GB 4 be-1 be-3 be-2`. Empty lines and what follows a `#` are skipped. What is wrong is told to
 * `report`, with the number of the line in the list.
 */
export function readShards(
  text: string,
  nodeNames: readonly string[],
  report: (message: string) => void,
): ShardList {
  const positions = new Map(nodeNames.map((name, i) => [name, i]));
  const ids = new Set<string>();
  const sizeBytes: number[] = [];
  const files: number[] = [];
  const nodes: (readonly number[])[] = [];
  let problems = 0;
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') continue;
    const read = readLine(words.split(/\s+/), positions);
    const wrong =
      typeof read === 'string' ? read : ids.has(read.id) ? `two shards have the id ${read.id}` : undefined;
    if (wrong !== undefined || typeof read === 'string') {
      problems += 1;
      if (problems <= MOST_PROBLEMS) report(`line ${i + 1} of the shards: ${wrong}`);
      continue;
    }
    ids.add(read.id);
    sizeBytes.push(read.sizeBytes);
    files.push(read.files);
    nodes.push(read.nodes);
  }
  if (problems > MOST_PROBLEMS)
    report(`${plural(problems - MOST_PROBLEMS, 'more line')} of the shards are wrong`);
  if (problems === 0 && sizeBytes.length === 0) report('no shards are listed');
  return { sizeBytes, files, nodes };
}

/** A line's shard, or what is wrong with it. */
function readLine(words: readonly string[], positions: ReadonlyMap<string, number>): ShardLine | string {
  const [id, size, count, ...names] = words;
  if (id === undefined || size === undefined || count === undefined || names.length === 0)
    return 'write id, size, files and nodes, as in 10101 1.2GB 4 be-1 be-3 be-2';
  if (!/^\d+$/.test(id)) return `the id ${id} is no whole number`;
  if (!/^\d+$/.test(count) || Number(count) > MAX_FILES)
    return `${count} is no number of files from 0 to ${MAX_FILES}`;
  const bytes = sizeOf(size);
  if (typeof bytes === 'string') return bytes;
  const files = Number(count);
  if (files === 0 && bytes > 0) return `${size} in no files`;
  const nodes = names.map((name) => positions.get(name));
  const unknown = names[nodes.indexOf(undefined)];
  if (unknown !== undefined) {
    const meant = nearest(unknown, positions.keys());
    return `there is no node ${unknown}${meant === undefined ? '' : `: did you mean ${meant}?`}`;
  }
  if (new Set(nodes).size < nodes.length) return 'two copies are on the same node';
  return { id, sizeBytes: bytes, files, nodes: nodes as number[] };
}

/** Bytes, or what is wrong with them. */
function sizeOf(text: string): number | string {
  try {
    return Math.round(parseBytes(text));
  } catch (error) {
    if (error instanceof UnitError) return error.message;
    throw error;
  }
}

/** The sizes of a listed shard's segment files: as equal as whole bytes can be. */
export function segmentSizes(sizeBytes: number, files: number): number[] {
  const each = Math.floor(sizeBytes / Math.max(1, files));
  const larger = sizeBytes - each * files;
  return Array.from({ length: files }, (_, i) => (i < larger ? each + 1 : each));
}
