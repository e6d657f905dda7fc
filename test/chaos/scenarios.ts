import type { ChaosScenario } from './chaos.js';
import { corruption } from './corruption.js';
import { corruptSource } from './corrupt-source.js';
import { nodesFull, repositoryFull } from './disk-full.js';
import { processKilled } from './process-killed.js';
import { s3Trouble } from './s3-trouble.js';
import { threadsDie } from './threads-die.js';

export const SCENARIOS: readonly ChaosScenario[] = [
  threadsDie,
  processKilled,
  repositoryFull,
  nodesFull,
  corruption,
  corruptSource,
  s3Trouble,
];
