import type { Catalog } from '../../src/catalog/index.js';
import { nodeHardware, type Scenario } from '../../src/scenario/index.js';

/** What a peer simulates. A limit of Infinity, or a latency of 0, means that the model has no such thing. */
export interface PeerInput {
  readonly workers: number;
  readonly latencySec: number;
  readonly repositoryBytesPerSec: number;
  readonly nodes: readonly PeerNode[];
}

export interface PeerNode {
  readonly diskBytesPerSec: number;
  readonly cardBytesPerSec: number;
  /** Sizes of files in bytes, by task: the node's workers take tasks in this order, and a task's files one by one. */
  readonly tasks: readonly (readonly number[])[];
}

/** The first line of an input names its format. */
const VERSION = 1;

/** What the engine will do in a scenario with one replica a shard and one shard a task, taken in catalog order. */
export function inputOf(scenario: Scenario, catalog: Catalog): PeerInput {
  const { bandwidthBytesPerSec, latencyMs } = scenario.repository.limits;
  if (latencyMs.kind !== 'fixed') throw new Error('a peer knows a fixed latency only');
  const tasks: number[][][] = catalog.nodeNames.map(() => []);
  const { count, firstFile, fileSizeBytes, replicaNode, firstReplica } = catalog.shards;
  for (let shard = 0; shard < count; shard++) {
    const sizes = Array.from(fileSizeBytes.subarray(firstFile[shard], firstFile[shard + 1]));
    tasks[replicaNode[firstReplica[shard]!]!]!.push(sizes);
  }
  return {
    workers: scenario.engine.uploadWorkers,
    latencySec: latencyMs.value / 1000,
    repositoryBytesPerSec: bandwidthBytesPerSec,
    nodes: nodeHardware(scenario).map(({ diskBytesPerSec, nicBytesPerSec }, node) => ({
      diskBytesPerSec,
      cardBytesPerSec: nicBytesPerSec,
      tasks: tasks[node]!,
    })),
  };
}

/** The text that all peers read: `key value` lines; after each node's, a line a task with the sizes of its files. */
export function formatInput({ workers, latencySec, repositoryBytesPerSec, nodes }: PeerInput): string {
  const lines = [
    `peers ${VERSION}`,
    `workers ${workers}`,
    `latency ${latencySec}`,
    `repository ${repositoryBytesPerSec}`,
    `nodes ${nodes.length}`,
  ];
  for (const { diskBytesPerSec, cardBytesPerSec, tasks } of nodes) {
    lines.push(`disk ${diskBytesPerSec}`, `card ${cardBytesPerSec}`, `tasks ${tasks.length}`);
    for (const sizes of tasks) lines.push(sizes.join(' '));
  }
  return `${lines.join('\n')}\n`;
}

/** Reads what `formatInput` wrote. */
export function parseInput(text: string): PeerInput {
  const lines = text.split('\n');
  let next = 0;
  const value = (key: string): number => {
    const [found, number, ...rest] = (lines[next++] ?? '').split(' ');
    if (found !== key || number === undefined || rest.length > 0)
      throw new Error(`input, line ${next}: expected ${key} and a number`);
    return Number(number);
  };
  if (value('peers') !== VERSION) throw new Error(`input: not of version ${VERSION}`);
  return {
    workers: value('workers'),
    latencySec: value('latency'),
    repositoryBytesPerSec: value('repository'),
    nodes: Array.from({ length: value('nodes') }, () => ({
      diskBytesPerSec: value('disk'),
      cardBytesPerSec: value('card'),
      tasks: Array.from({ length: value('tasks') }, () => {
        const line = lines[next++] ?? '';
        return line === '' ? [] : line.split(' ').map(Number);
      }),
    })),
  };
}
