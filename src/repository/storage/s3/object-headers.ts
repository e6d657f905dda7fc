import type { IncomingHttpHeaders } from 'node:http';

/** What the headers of an answer say of an object, or of the part of it that follows. */

/** Bytes that follow; to HEAD, that would. */
export function lengthOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined || text === '' ? undefined : Number(text);
}

/** What its writer noted on it. */
export function metadataOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[metadataHeader(name)];
  return Array.isArray(value) ? value.join(',') : value;
}

export const metadataHeader = (name: string): string => `x-amz-meta-${name}`;
