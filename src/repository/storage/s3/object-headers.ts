import type { AnswerHead } from './http/answer-parser.js';

type Headers = AnswerHead['headers'];

/** What the headers of an answer say of an object, or of the part of it that follows. */

/** Bytes that follow; to HEAD, that would. */
export function lengthOf(headers: Headers): number | undefined {
  const text = headers['content-length'];
  return text === undefined || text === '' ? undefined : Number(text);
}

/** What its writer noted on it. */
export function metadataOf(headers: Headers, name: string): string | undefined {
  return headers[metadataHeader(name)];
}

export const metadataHeader = (name: string): string => `x-amz-meta-${name}`;
