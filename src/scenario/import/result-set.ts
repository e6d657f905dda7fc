/** One table as a client printed it: texts, with undefined for NULL. */
export interface ResultSet {
  /** Of what is told in messages: the file's name. */
  readonly source: string;
  /** The statement that it answers, where the file has it, or its name tells. */
  readonly statement?: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
}

/** A result set of a text, before anybody knows where it is from. */
export type Parsed = Pick<ResultSet, 'headers' | 'rows' | 'statement'>;

/** Gives the place of a column that has one of these names, whatever their case and their spaces; undefined without one. */
export function columnOf(
  { headers }: Pick<ResultSet, 'headers'>,
  ...names: readonly string[]
): number | undefined {
  const plain = headers.map(plainName);
  for (const name of names) {
    const at = plain.indexOf(plainName(name));
    if (at >= 0) return at;
  }
  return undefined;
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
