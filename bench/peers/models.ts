import { loadScenario, type Scenario } from '../../src/scenario/index.js';

export const MODELS = ['disk', 'network', 'pipeline'] as const;
export type ModelName = (typeof MODELS)[number];

/** One model at one size. */
export interface PeerCase {
  readonly model: ModelName;
  readonly nodes: number;
  /** Upload workers of each node: as many of its files are on their way at once. */
  readonly workers: number;
  /** Files of a node on average, a multiple of FILES_PER_SHARD: shards are placed at random. */
  readonly filesPerNode: number;
  readonly seed: number;
}

/** A header, and segments. */
export const FILES_PER_SHARD = 10;

const DISK = '500 MB/s';
const SLOW_CARD = '1 Gbit/s';
const FAST_CARD = '2 Gbit/s';
const LATENCY = '20 ms';

/**
 * What the repository takes, in Mbit/s a node: less than even the slow cards could send together. So it binds while most
 * nodes are busy; those that have more data than others send the rest of it as fast as their cards can. In the pipeline
 * nodes also read and wait, and need less.
 */
const REPOSITORY_MBIT_PER_NODE = { network: 900, pipeline: 700 } as const;

/** What each model takes time for. Nothing else costs any: not hashing, links, messages, the manifest. */
const COSTS: Readonly<Record<ModelName, { disk: boolean; network: boolean; latency: boolean }>> = {
  disk: { disk: true, network: false, latency: false },
  network: { disk: false, network: true, latency: false },
  pipeline: { disk: true, network: true, latency: true },
};

/** The scenario of a case. Its seed draws the sizes, which the peers are given as numbers. */
export function scenarioOf(peerCase: PeerCase): Scenario {
  return loadScenario(scenarioText(peerCase), `${peerCase.model}.yaml`).variants[0]!.scenario;
}

function scenarioText({ model, nodes, workers, filesPerNode, seed }: PeerCase): string {
  const costs = COSTS[model];
  const slow = Math.ceil(nodes / 2);
  const fast = nodes - slow;
  const card = (rate: string): string => (costs.network ? rate : 'unlimited');
  const bandwidth = model === 'disk' ? 'unlimited' : `${REPOSITORY_MBIT_PER_NODE[model] * nodes} Mbit/s`;
  return `
seed: ${seed}
cluster:
  nodes:
    - { name: slow, count: ${slow}, hardware: { nic: ${card(SLOW_CARD)} } }
    ${fast === 0 ? '' : `- { name: fast, count: ${fast}, hardware: { nic: ${card(FAST_CARD)} } }`}
  replication: 1
  # Drawn, so that some nodes have more to do than others, and the last ones have the repository to themselves.
  placement: random
  hardware: { disk: ${costs.disk ? DISK : 'unlimited'}, hash: unlimited, link: 0 }
  coordinator: { message: 0, persist: 0, manifest: unlimited }
repository:
  # Of the two it is the one that does not rename, so that a file is one flow.
  type: s3
  bandwidth: ${bandwidth}
  latency: ${costs.latency ? LATENCY : 0}
  multipart: none
databases:
  - name: peers
    tables:
      - name: facts
        partitions: ${filesPerNode / FILES_PER_SHARD}
        buckets: ${nodes}
        filesPerShard: ${FILES_PER_SHARD - 1}
        fileSize: { lognormal: { median: 16 MiB, sigma: 1.2 } }
engine:
  preset: tuned
  tick: none
  uploadWorkers: ${workers}
  # A node's workers take its shards in catalog order, one at a time: a queue that is easily written elsewhere too.
  shardsPerTask: 1
  dispatch: as-free
  order: catalog
  hashing: separate
  probe: retry
statement: BACKUP SNAPSHOT peers.compared TO example_repo
`;
}
