import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The commit that the program was built from; undefined where it was not installed as a checkout, or there is no git. */
export function checkoutCommit(): string | undefined {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
