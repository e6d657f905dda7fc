import { CLUSTER_KNOBS } from './cluster.js';
import { MERGING } from './data.js';
import { ENGINE_KNOBS } from './engine.js';
import type { Knob } from './knob.js';
import { LIMIT_KNOBS } from './limits.js';
import { REPOSITORY_KNOBS } from './repository.js';

export type { Knob, Scale, Turned } from './knob.js';

/** Everything about a scenario that a person can decide. */
export const KNOBS: readonly Knob[] = [
  ...CLUSTER_KNOBS,
  ...ENGINE_KNOBS,
  ...LIMIT_KNOBS,
  ...REPOSITORY_KNOBS,
  MERGING,
];
