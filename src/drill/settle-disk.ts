import { spawnSync } from 'node:child_process';

/**
 * Has everything that was written so far be on the disk, so that what is measured next does not share it with that. Where
 * there is no `sync` command, what is measured is less exact.
 */
export function settleDisk(): void {
  spawnSync('sync');
}
