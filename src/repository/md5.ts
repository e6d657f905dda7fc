/** One MD5 under way. `hex` ends it: 32 lower-case hex digits; nothing may be added afterwards. */
export interface Md5Digest {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/**
 * Starts a new MD5. Injected, because the fast one is the platform's and this room must also run in a browser.
 * MD5 finds accidents, not attackers: it is what the layout's names hold, as in Doris.
 */
export type Md5 = () => Md5Digest;

/** The MD5 of `bytes` in one go. */
export function md5Hex(md5: Md5, bytes: Uint8Array): string {
  const digest = md5();
  digest.update(bytes);
  return digest.hex();
}
