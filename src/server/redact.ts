import { DrillError } from '../base/errors.js';
import { codeFrame } from '../base/text.js';
import type { StatementSource } from '../sql/index.js';

/*
 * A script may hold credentials, and an error shows a line of it, or quotes a word. What looks like a secret is found in
 * the text itself, without understanding it: a statement that cannot be parsed is the one that gets shown.
 */

/** A key that ends like one of a secret, then what may stand between it and its value. */
const SECRET_KEY =
  /(?:secret|passw(?:or)?d|token|credential|access_?key)[\w.-]*(["'`]?)((?:[\s:=,]|\/\*[\s\S]*?\*\/|--[^\n]*)*)(["'`]?)/gi;

/** Shorter ones are not looked for in messages: they would be found everywhere. */
const LEAST_SEARCHED = 4;
/** A message may quote the beginning of a long value only. */
const SEARCHED_START = 8;
const MASK = '***';

interface Secret {
  readonly offset: number;
  readonly text: string;
}

/** An error about `source` without the secrets in it. */
export function withoutSecrets(error: DrillError, source: StatementSource): DrillError {
  const secrets = secretsIn(source.text);
  if (secrets.length === 0) return error;
  const clean = (text: string): string => withoutValues(text, secrets);
  return new DrillError(error.code, clean(error.message), {
    hint: error.hint === undefined ? undefined : clean(error.hint),
    place: error.place,
    frame:
      error.frame === undefined
        ? undefined
        : frameOf(error, error.frame, masked(source.text, secrets), clean),
  });
}

function frameOf(error: DrillError, frame: string, text: string, clean: (text: string) => string): string {
  if (!error.place) return clean(frame);
  const carets = frame.slice(frame.lastIndexOf('\n') + 1).replaceAll(/[^^]/g, '').length;
  return codeFrame(text, error.place.line, error.place.column, carets);
}

function secretsIn(text: string): readonly Secret[] {
  const secrets: Secret[] = [];
  for (const match of text.matchAll(SECRET_KEY)) {
    const [whole, closing, between, opening] = match as unknown as [string, string, string, string];
    const quoted = opening === '"' || opening === "'";
    // `ON (token_log, u)` is no secret; `"secret" "x"`, which lacks its sign, is one.
    if (!/[:=]/.test(between) && !quoted && closing !== '"' && closing !== "'") continue;
    const offset = match.index + whole.length;
    const length = opening === '' ? lengthOfWord(text, offset) : lengthOfQuoted(text, offset, opening);
    if (length > 0) secrets.push({ offset, text: text.slice(offset, offset + length) });
  }
  return secrets;
}

const lengthOfWord = (text: string, offset: number): number =>
  /^[^\s,;)"'`]*/.exec(text.slice(offset))?.[0].length ?? 0;

/** To the closing quote, or to the end of the text where there is none. */
function lengthOfQuoted(text: string, offset: number, quote: string): number {
  for (let at = offset; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote && text[at + 1] === quote) at++;
    else if (text[at] === quote) return at - offset;
  }
  return text.length - offset;
}

/** The text with stars for each character of a secret, so that all else stays where it was. */
function masked(text: string, secrets: readonly Secret[]): string {
  let result = '';
  for (const secret of secrets) {
    if (secret.offset < result.length) continue;
    result += text.slice(result.length, secret.offset);
    result += secret.text.replaceAll(/[^\n]/g, '*');
  }
  return result + text.slice(result.length);
}

function withoutValues(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const { text: raw } of secrets) {
    for (const value of new Set([raw, raw.replaceAll(/\\([\s\S])|(["'])\2/g, '$1$2')])) {
      if (value.length >= LEAST_SEARCHED) clean = withoutValue(clean, value);
    }
  }
  return clean;
}

/** Masks `value`, or as much of its beginning as is there. */
function withoutValue(text: string, value: string): string {
  const start = value.slice(0, SEARCHED_START);
  let clean = '';
  let rest = text;
  for (let at = rest.indexOf(start); at >= 0; at = rest.indexOf(start)) {
    let end = at + start.length;
    while (end < rest.length && end - at < value.length && rest[end] === value[end - at]) end++;
    clean += rest.slice(0, at) + MASK;
    rest = rest.slice(end);
  }
  return clean + rest;
}
