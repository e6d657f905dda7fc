import { createHash } from 'node:crypto';

/** As in a Content-MD5 header. */
export const md5Base64 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

export const hexToBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
