import type { NodeTask } from '../node/index.js';

/** Which sending of which task at which node, and by which coordinator. */
export const tryKey = ({ node, jobId, taskId, attempt }: NodeTask, generation: number): string =>
  `${node}/${jobId}/${taskId}/${attempt}/${generation}`;
