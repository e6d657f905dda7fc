import { plural } from '../base/text.js';
import type { Path } from './places.js';

/**
 * Takes note of something that is well-formed and yet cannot be. Where several values contradict each other, all are
 * named, the one that is usually wrong first.
 */
export type Report = (paths: readonly [Path, ...Path[]], message: string, hint?: string) => void;

export const cannotHold = (nodes: number, copies: number): string =>
  `${plural(nodes, 'node')} cannot hold ${plural(copies, 'copy', 'copies')} on distinct nodes`;
