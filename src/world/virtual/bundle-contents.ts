import { TORN } from './file-states.js';

/** Where the numbers of bundles begin in which not every file is as it should be. */
const ODD_BUNDLE = 2 ** 51;

/**
 * The contents of bundles, as numbers: a bundle is known by its first file, and one in which every file is as it should be has
 * that file's ordinal as its content. Of the others it is remembered what is in them.
 */
export class BundleContents {
  private readonly known = new Map<string, number>();
  private readonly odd: (readonly number[])[] = [];

  /** The content of a bundle with files of these contents, from `ordinal` on. */
  contentOf(ordinal: number, contents: readonly number[]): number {
    if (contents.every((content, i) => content === ordinal + i)) return ordinal;
    const key = contents.join();
    let content = this.known.get(key);
    if (content === undefined) {
      content = ODD_BUNDLE + this.odd.length;
      this.known.set(key, content);
      this.odd.push(contents);
    }
    return content;
  }

  /** What is in a bundle of so many files from `ordinal` on. In one that was damaged as a whole, its first file is. */
  filesIn(ordinal: number, files: number, content: number): readonly number[] {
    const odd = this.odd[content - ODD_BUNDLE];
    if (odd) return odd;
    const own = Array.from({ length: files }, (_, i) => ordinal + i);
    if (content === TORN) return own.map(() => TORN);
    return content === ordinal ? own : [content, ...own.slice(1)];
  }
}
