/** Of a file in a virtual repository: not there, there under its `.part` name, or whole under its own. */
export const ABSENT = 0;
export const PART = 1;
export const WHOLE = 2;

export type FileState = typeof ABSENT | typeof PART | typeof WHOLE;

const LEAST_FILES = 64;

/** What a repository has of the files of a label, by their ordinal in the catalog they came from, which may grow. */
export class FileStates {
  private states: Uint8Array;

  /** `files`: how many there are to begin with. */
  constructor(files: number) {
    this.states = new Uint8Array(Math.max(LEAST_FILES, files));
  }

  at(ordinal: number): FileState {
    return (this.states[ordinal] ?? ABSENT) as FileState;
  }

  set(ordinal: number, state: FileState): void {
    if (ordinal >= this.states.length) this.grow(ordinal + 1);
    this.states[ordinal] = state;
  }

  /** How many files are there, in either way. */
  count(): number {
    let count = 0;
    for (const state of this.states) if (state !== ABSENT) count++;
    return count;
  }

  get isEmpty(): boolean {
    return this.states.every((state) => state === ABSENT);
  }

  private grow(files: number): void {
    const { states } = this;
    this.states = new Uint8Array(Math.max(files, states.length * 2));
    this.states.set(states);
  }
}
