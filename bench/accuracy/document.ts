const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

/** A document with another measured part. Throws if it has lost its markers. */
export function replaceMeasured(document: string, measured: string): string {
  const { before, after } = parts(document);
  return `${before}${BEGIN}\n\n${measured.trim()}\n\n${END}${after}`;
}

/** The names in the first column of the tables in a document's measured part: what has been published once. */
export function publishedNames(document: string): string[] {
  const lines = parts(document).measured.split('\n');
  const names = lines.flatMap((line, i) => {
    const name = /^\| ([^|]*?) +\|/.exec(line)?.[1];
    // A head is followed by a line of dashes. Means are in italics, and summaries are of a class.
    const isRow = name !== undefined && !/^[-: ]*$|^_|^(limited|unlimited)$/.test(name);
    return isRow && !/^\| *:?-/.test(lines[i + 1] ?? '') ? [name] : [];
  });
  return [...new Set(names)];
}

function parts(document: string): { before: string; measured: string; after: string } {
  const [before, rest] = document.split(BEGIN);
  const [measured, after] = rest?.split(END) ?? [];
  if (before === undefined || measured === undefined || after === undefined) {
    throw new Error(`the document has lost its markers ${BEGIN} and ${END}`);
  }
  return { before, measured, after };
}
