import { checksumSuite } from './checksum.js';
import { durabilitySuite } from './durability.js';
import { journalSuite } from './journal.js';
import { manifestSuite } from './manifest.js';
import { parserSuite } from './parser.js';
import { plannerSuite } from './planner.js';
import type { Suite } from './suite.js';
import { uploadSuite } from './upload.js';
import { virtualWorldSuite } from './virtual-world.js';

export const SUITES: readonly Suite[] = [
  parserSuite,
  virtualWorldSuite,
  plannerSuite,
  journalSuite,
  manifestSuite,
  checksumSuite,
  uploadSuite,
  durabilitySuite,
];
