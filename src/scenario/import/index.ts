export { areListed, type ClusterFacts } from './facts.js';
export { factsOf, type ImportOptions } from './facts-of.js';
export { readResultSets } from './read.js';
export { columnOf, type ResultSet } from './result-set.js';
export { totalsOf, writeScenario, type ImportTotals } from './write.js';
