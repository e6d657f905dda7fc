import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of this program's `package.json`, however deep below it the file lies that this was built into. */
export const PACKAGE_ROOT = rootOf(path.dirname(fileURLToPath(import.meta.url)));

function rootOf(directory: string): string {
  const parent = path.dirname(directory);
  return parent === directory || existsSync(path.join(directory, 'package.json'))
    ? directory
    : rootOf(parent);
}
