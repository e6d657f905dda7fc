import { DrillError } from '../../src/base/errors.js';
import { loadScenario } from '../../src/scenario/index.js';
import type { Scenario } from '../../src/scenario/scenario.js';

/** A small scenario that is right; tests put one thing wrong in it. */
export const SAMPLE = `name: sample
cluster:
  nodes: 4
  replication: 2
repository:
  bandwidth: 120 MB/s
databases:
  - name: example_db
    tables:
      - name: example_tbl
        partitions: [p1, p2]
        buckets: 8
        filesPerShard: 4
        fileSize: 1 MiB
statement: |
  BACKUP SNAPSHOT example_db.l TO example_repo;
`;

/** SAMPLE with one piece of its text replaced; fails if the piece is not there. */
export function changed(piece: string, replacement: string): string {
  if (!SAMPLE.includes(piece)) throw new Error(`the sample has no ${piece}`);
  return SAMPLE.replace(piece, () => replacement);
}

/** The only variant of a scenario. */
export function loadOne(text: string): Scenario {
  const { variants } = loadScenario(text, 'sample.yaml');
  if (variants.length !== 1) throw new Error(`${variants.length} variants`);
  return variants[0]!.scenario;
}

/** What is said about a scenario that is wrong. */
export function errorOf(text: string): DrillError {
  try {
    loadScenario(text, 'sample.yaml');
  } catch (error) {
    if (error instanceof DrillError) return error;
    throw error;
  }
  throw new Error('this scenario was expected to be wrong, and was loaded');
}

/** Line and column (from 1) of the last place of `piece` in `text`. */
export function placeOf(text: string, piece: string): { source: string; line: number; column: number } {
  const offset = text.lastIndexOf(piece);
  if (offset < 0) throw new Error(`no ${piece} in the text`);
  const before = text.slice(0, offset).split('\n');
  return { source: 'sample.yaml', line: before.length, column: before.at(-1)!.length + 1 };
}
