import { createHash } from 'node:crypto';
import type { Md5 } from '../md5.js';

/** MD5 by node:crypto: about 0.6 GB/s a core. */
export const nodeMd5: Md5 = () => {
  const hash = createHash('md5');
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => hash.digest('hex'),
  };
};
