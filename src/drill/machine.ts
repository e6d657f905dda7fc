import { arch, availableParallelism, cpus, platform } from 'node:os';
import type { DrillReport } from '../world/result.js';

export type Machine = NonNullable<DrillReport['machine']>;

/** The machine this runs on, for results that depend on it. */
export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    platform: `${platform()} ${arch()}`,
  };
}
