import { shortened } from '../../base/text.js';

/** What a cluster's own listings say, in terms of this project. */
export interface ClusterFacts {
  readonly database: string;
  readonly nodes: readonly NodeFact[];
  readonly tables: readonly TableFact[];
  /** What was not in the listings and is assumed, and what was left out of them: sentences. */
  readonly assumptions: readonly string[];
}

export interface NodeFact {
  /** As in BackendId. */
  readonly id: string;
  readonly name: string;
  readonly isAlive: boolean;
}

export interface TableFact {
  readonly name: string;
  readonly type: 'OLAP' | 'VIEW';
  readonly partitions: readonly PartitionFact[];
}

export interface PartitionFact {
  readonly name: string;
  readonly version: number;
  readonly replication: number;
  /** The shards themselves, or how many there are and what one holds. */
  readonly shards: readonly ShardFact[] | EvenShards;
}

export interface ShardFact {
  readonly id: string;
  readonly sizeBytes: number;
  readonly files: number;
  /** Names of the nodes with a copy, the one with the lowest replica id first. */
  readonly nodes: readonly string[];
}

export interface EvenShards {
  readonly count: number;
  readonly sizeBytes: number;
  readonly files: number;
}

export const areListed = (shards: PartitionFact['shards']): shards is readonly ShardFact[] =>
  Array.isArray(shards);

/** Names in them may be of any length. */
const MOST_CHARACTERS = 500;

/** Sentences that are said once, in the order in which they came up. */
export class Assumptions {
  private readonly said = new Set<string>();

  add(sentence: string): void {
    this.said.add(shortened(sentence, MOST_CHARACTERS));
  }

  list(): string[] {
    return [...this.said];
  }
}
