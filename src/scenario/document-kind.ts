import { ROOT_KEYS, scenarioJsonSchema } from './schema.js';

/** What a file is, for messages about it: scenarios and measured hardware are read by the same machinery. */
export interface DocumentKind {
  /** As in `the scenario is empty`. */
  readonly noun: string;
  /** What there must at least be. */
  readonly least: string;
  /** How one begins. */
  readonly beginning: string;
  readonly tooLarge: string;
  /** All that may stand at the top, for suggestions. */
  readonly rootKeys: readonly string[];
  readonly jsonSchema: () => object;
}

export const SCENARIO: DocumentKind = {
  noun: 'scenario',
  least: 'the least there must be is cluster, databases and statement: see docs/scenarios.md',
  beginning: "begin with 'name: …', 'cluster: …': see docs/scenarios.md",
  tooLarge: "many tables or partitions are written once, with a count: name: 't{i}', count: 1000",
  rootKeys: ROOT_KEYS,
  jsonSchema: scenarioJsonSchema,
};
