import type { NodeTask } from '../node/index.js';

/** How often each thing was done, by its name. */
export type Tally = Readonly<Record<string, number>>;

/** What a task did on its node. */
export interface TaskTally {
  readonly node: number;
  readonly task: NodeTask['kind'];
  /** By the operation's `op`. */
  readonly operations: Tally;
  /** Calls of the file system, by name; empty unless they were asked for. */
  readonly fileCalls: Tally;
}

/** Of nothing yet. Names are anyone's: a node may be called `constructor`. */
export const emptyTally = (): Record<string, number> => Object.create(null) as Record<string, number>;

/** Counts up. */
export function count(tally: Record<string, number>, name: string, times = 1): void {
  tally[name] = (tally[name] ?? 0) + times;
}
