import type { Tool } from '../tool.js';
import { borg } from './borg.js';
import { cp } from './cp.js';
import { limits } from './limit.js';
import { ours, oursBundled, oursDurable } from './ours.js';
import { rclone, rcloneUnchecked } from './rclone.js';
import { restic } from './restic.js';

export { limits, ours, oursBundled, oursDurable, rclone };

/** In the order of the tables. */
export const TOOLS: readonly Tool[] = [
  ours,
  oursDurable,
  oursBundled,
  ...limits,
  cp,
  rclone,
  rcloneUnchecked,
  restic,
  borg,
];
