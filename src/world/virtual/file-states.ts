import { DrillError } from '../../base/errors.js';

/** Of a file in a virtual repository: there under its `.part` name, or whole under its own. */
const PART = 1;
const WHOLE = 2;

/** The content of a file that was cut off in the middle; no good file has it, as contents are not negative otherwise. */
export const TORN = -1;

/** Whoever writes a file first uses its plain `.part`. */
export const FIRST_WRITER = '';

/** What is there of a file besides, or instead of, its own content under its own name. */
interface OddFile {
  /** Contents of `.part` files, by whoever wrote them. */
  readonly parts: Map<string, number>;
  /** Contents by the checksum in the file's name. */
  readonly wholes: Map<number, number>;
}

/** A file under one of its names. `checksum`: the one in its name, undefined for a `.part`. */
export interface StoredName {
  readonly ordinal: number;
  readonly checksum: number | undefined;
  readonly writer: string;
  readonly content: number;
}

const LEAST_FILES = 64;

/**
 * What a repository has of the files of a label, by their ordinal in the catalog they came from, which may grow. A file's content
 * is a number, which is also its checksum: its ordinal, if it is what it should be. That takes a byte a file; what is different
 * is remembered one by one. A bundle goes by the ordinal of its first file, which is never stored besides.
 */
export class FileStates {
  /** How many files are in the bundle that begins at an ordinal. The same backup makes the same bundles, however often it tries. */
  private readonly bundles: Map<number, number>;
  private states: Uint8Array;
  private readonly odd: Map<number, OddFile>;

  /** `files`: how many there are to begin with. */
  constructor(files: number, odd = new Map<number, OddFile>(), bundles = new Map<number, number>()) {
    this.states = new Uint8Array(Math.max(LEAST_FILES, files));
    this.odd = odd;
    this.bundles = bundles;
  }

  /** What goes by this ordinal is a bundle of so many files. */
  setBundle(ordinal: number, files: number): void {
    this.bundles.set(ordinal, files);
  }

  /** How many files are in what goes by this ordinal: 1, unless it is a bundle. */
  filesIn(ordinal: number): number {
    return this.bundles.get(ordinal) ?? 1;
  }

  /** What is there now, whatever becomes of it. */
  copy(): FileStates {
    const odd = [...this.odd].map(
      ([ordinal, { parts, wholes }]) =>
        [ordinal, { parts: new Map(parts), wholes: new Map(wholes) }] as const,
    );
    const copy = new FileStates(0, new Map(odd), new Map(this.bundles));
    copy.states = this.states.slice();
    return copy;
  }

  /** The file's own content is there under its plain `.part` name, … */
  setPart(ordinal: number): void {
    this.reserve(ordinal);
    this.states[ordinal]! |= PART;
    this.odd.get(ordinal)?.parts.delete(FIRST_WRITER);
  }

  /** … or under its own, and under its `.part` no more. */
  setWhole(ordinal: number): void {
    this.reserve(ordinal);
    this.states[ordinal] = WHOLE;
    this.odd.get(ordinal)?.parts.delete(FIRST_WRITER);
    this.odd.get(ordinal)?.wholes.delete(ordinal);
  }

  putPart(ordinal: number, writer: string, content: number): void {
    if (writer === FIRST_WRITER && content === ordinal) return this.setPart(ordinal);
    if (writer === FIRST_WRITER) this.clear(ordinal, PART);
    this.oddAt(ordinal).parts.set(writer, content);
  }

  putWhole(ordinal: number, checksum: number, content: number): void {
    if (checksum === ordinal && content === ordinal) {
      this.reserve(ordinal);
      this.states[ordinal]! |= WHOLE;
      this.odd.get(ordinal)?.wholes.delete(checksum);
      return;
    }
    if (checksum === ordinal) this.clear(ordinal, WHOLE);
    this.oddAt(ordinal).wholes.set(checksum, content);
  }

  /** Gives a `.part` its name. Where it has got it already, it is done. Throws STORAGE_NOT_FOUND. */
  rename(ordinal: number, writer: string, checksum: number): void {
    const content = this.part(ordinal, writer);
    if (content === undefined) {
      if (this.has(ordinal, checksum)) return;
      throw new DrillError('STORAGE_NOT_FOUND', 'there is no .part of the file to rename');
    }
    if (writer === FIRST_WRITER) this.clear(ordinal, PART);
    this.odd.get(ordinal)?.parts.delete(writer);
    this.putWhole(ordinal, checksum, content);
  }

  /** Removes all of a file but its whole content under `keep`. */
  removeOthers(ordinal: number, keep: number): void {
    const kept = this.content(ordinal, keep);
    this.remove(ordinal);
    if (kept !== undefined) this.putWhole(ordinal, keep, kept);
  }

  remove(ordinal: number): void {
    this.clear(ordinal, PART | WHOLE);
    this.odd.delete(ordinal);
  }

  /** Other bytes are there under a name than were written. */
  spoil(ordinal: number, checksum: number, content: number): void {
    this.putWhole(ordinal, checksum, content);
  }

  has(ordinal: number, checksum: number): boolean {
    return this.content(ordinal, checksum) !== undefined;
  }

  /** The content under the name with this checksum; undefined if there is none. */
  content(ordinal: number, checksum: number): number | undefined {
    if (checksum === ordinal && ((this.states[ordinal] ?? 0) & WHOLE) !== 0) return ordinal;
    return this.odd.get(ordinal)?.wholes.get(checksum);
  }

  /** Whether anything is there of a file. */
  hasTraces(ordinal: number): boolean {
    if ((this.states[ordinal] ?? 0) !== 0) return true;
    const odd = this.odd.get(ordinal);
    return odd !== undefined && odd.parts.size + odd.wholes.size > 0;
  }

  /** Whether anything is there of a file besides the name with this checksum. */
  hasOthers(ordinal: number, checksum: number): boolean {
    return this.namesOf(ordinal).some((name) => name.checksum !== checksum);
  }

  /** Every name that is there, file by file. */
  *names(): Generator<StoredName> {
    const odd = [...this.odd.keys()].filter((ordinal) => ordinal >= this.states.length);
    for (let ordinal = 0; ordinal < this.states.length; ordinal++)
      if (this.hasTraces(ordinal)) yield* this.namesOf(ordinal);
    for (const ordinal of odd.sort((a, b) => a - b)) yield* this.namesOf(ordinal);
  }

  get isEmpty(): boolean {
    const odd = [...this.odd.values()];
    return (
      this.states.every((state) => state === 0) &&
      odd.every(({ parts, wholes }) => parts.size + wholes.size === 0)
    );
  }

  private namesOf(ordinal: number): StoredName[] {
    const state = this.states[ordinal] ?? 0;
    const odd = this.odd.get(ordinal);
    const named = (checksum: number | undefined, writer: string, content: number): StoredName => ({
      ordinal,
      checksum,
      writer,
      content,
    });
    return [
      ...((state & PART) !== 0 ? [named(undefined, FIRST_WRITER, ordinal)] : []),
      ...((state & WHOLE) !== 0 ? [named(ordinal, FIRST_WRITER, ordinal)] : []),
      ...[...(odd?.parts ?? [])].map(([writer, content]) => named(undefined, writer, content)),
      ...[...(odd?.wholes ?? [])].map(([checksum, content]) => named(checksum, FIRST_WRITER, content)),
    ];
  }

  private part(ordinal: number, writer: string): number | undefined {
    if (writer === FIRST_WRITER && ((this.states[ordinal] ?? 0) & PART) !== 0) return ordinal;
    return this.odd.get(ordinal)?.parts.get(writer);
  }

  private clear(ordinal: number, flags: number): void {
    if (ordinal < this.states.length) this.states[ordinal]! &= ~flags;
  }

  private oddAt(ordinal: number): OddFile {
    let odd = this.odd.get(ordinal);
    if (!odd) this.odd.set(ordinal, (odd = { parts: new Map(), wholes: new Map() }));
    return odd;
  }

  private reserve(ordinal: number): void {
    if (ordinal < this.states.length) return;
    const { states } = this;
    this.states = new Uint8Array(Math.max(ordinal + 1, states.length * 2));
    this.states.set(states);
  }
}
