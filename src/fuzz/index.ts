export { caseFile, caseOf, casesOf, caseText, readCase, type CaseFile } from './case-file.js';
export type { Violation } from './checker.js';
export { addTally, emptyTally, EXPECTED, missingOf, type Tally } from './coverage.js';
export { drawCase } from './draw/draw-case.js';
export { fuzzSeeds, violationOf, type SeedFailure, type SeedsResult } from './fuzz-seeds.js';
export type { FuzzCase } from './fuzz-case.js';
export type { OpenCluster } from './open-cluster.js';
export { runCase, type CaseResult } from './run-case.js';
export { shrink, type Shrunk } from './shrink/shrink.js';
