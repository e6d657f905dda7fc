import type { Place } from './tool.js';

/** A document with another text between the markers of a place. Throws if it has lost them. */
export function replaceTables(document: string, place: Place, text: string): string {
  const begin = `<!-- throughput ${place}: begin -->`;
  const end = `<!-- throughput ${place}: end -->`;
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`the document has lost its markers ${begin} and ${end}`);
  }
  return `${before}${begin}\n\n${text.trim()}\n\n${end}${after}`;
}
