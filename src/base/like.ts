export interface LikeOptions {
  /** Whether `a` and `A` differ. */
  readonly caseSensitive: boolean;
}

const ANY_ONE = 0;
const ANY_RUN = 1;

/** One code point that has to stand there, or a wildcard. */
type Token = string | typeof ANY_ONE | typeof ANY_RUN;

/**
 * What SQL's LIKE asks of a whole text: `%` stands for any text, `_` for any one character (a code point, not half of one),
 * and a backslash takes their meaning from them and from itself. Before anything else a backslash means nothing, and at the
 * end of the pattern it means itself: both as in Doris.
 *
 * No pattern can make it slow: a match takes at most as many steps as pattern and text have characters multiplied, and
 * about as many as the text has for patterns that people write.
 */
export function likeMatcher(
  pattern: string,
  options: LikeOptions = { caseSensitive: true },
): (text: string) => boolean {
  const fold = options.caseSensitive ? asIs : lowerCase;
  const tokens = tokenize(pattern, fold);
  return (text) => matches(tokens, Array.from(text, fold));
}

const asIs = (character: string): string => character;

/** Character by character, since the lower case of a text may have more characters than the text. */
const lowerCase = (character: string): string => character.toLowerCase();

function tokenize(pattern: string, fold: (character: string) => string): Token[] {
  const characters = Array.from(pattern);
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === '%') {
      // Two runs in a row are one, and cost one.
      if (tokens.at(-1) !== ANY_RUN) tokens.push(ANY_RUN);
    } else if (character === '_') tokens.push(ANY_ONE);
    else if (character === '\\' && i + 1 < characters.length) tokens.push(fold(characters[++i]!));
    else tokens.push(fold(character));
  }
  return tokens;
}

/**
 * Takes each run as short as it can be, and only ever lengthens the last one: when what stands between two runs was found at
 * its first place, looking for it further on cannot help what follows.
 */
function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted === ANY_RUN) {
      lastRun = token++;
      runEnd = at;
    } else if (wanted === ANY_ONE || wanted === characters[at]) {
      token++;
      at++;
    } else if (lastRun >= 0) {
      token = lastRun + 1;
      at = ++runEnd;
    } else return false;
  }
  if (tokens[token] === ANY_RUN) token++;
  return token === tokens.length;
}
