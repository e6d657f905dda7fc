/** The command that was given, as one could type it again. */
export function commandLine(): string {
  return ['npx', 'drill', ...process.argv.slice(2)].map(quoted).join(' ');
}

const quoted = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
