/** Text that came from elsewhere (file names, arguments) without the control characters that a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (c) =>
    c === '\n' ? c : `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same for what is one line: a file's name may have line ends in it, and could write lines of its own. */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', '\\u{a}');
