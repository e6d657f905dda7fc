import { simulate } from '../src/planner/index.js';
import { loadScenario } from '../src/scenario/index.js';
import { backUpTogether, severalDatabases, type SeveralJobs } from './several-jobs.js';
import type { Case, Suite } from './suite.js';

const FILES_PER_SHARD = 10;

/** Nodes, shards and workers of what the gate runs. */
const GATED = [10, 20, 3];

function fleet(nodes: number, shards: number, uploadWorkers: number): string {
  return `
cluster: { nodes: ${nodes}, replication: ${Math.min(3, nodes)} }
repository: { type: s3, bandwidth: 40 Gbit/s, latency: 20 ms }
databases:
  - name: fleet
    tables:
      - name: facts
        partitions: ${Math.ceil(shards / 1000)}
        buckets: ${Math.min(1000, shards)}
        filesPerShard: ${FILES_PER_SHARD - 1} # and a header
        fileSize: { lognormal: { median: 16 MiB, sigma: 1.2 } }
engine: { preset: tuned, uploadWorkers: ${uploadWorkers} }
statement: BACKUP SNAPSHOT fleet.monthly TO example_repo
`;
}

/** While several jobs with limits of bytes run, each event costs as much as there are nodes. */
const TOGETHER: readonly SeveralJobs[] = [
  { nodes: 10, jobs: 3, files: 3000 },
  { nodes: 100, jobs: 3, files: 3000 },
];

function together(size: SeveralJobs): Case {
  const scenario = severalDatabases(size);
  return {
    name: `${size.nodes} nodes, ${size.files} files of ${size.jobs} jobs with limits`,
    run: () => backUpTogether(scenario),
    amount: size.files,
    unit: 'files/s',
  };
}

export const virtualWorldSuite: Suite = {
  name: 'virtual-world',
  hypothesis: 'the cost of a simulated file stays flat as files, nodes and workers grow',
  cases: ({ isQuick, isGate }) => [
    ...[
      GATED,
      ...(isGate
        ? []
        : [
            [10, 1000, 3],
            [100, 10_000, 3],
            [100, 10_000, 8],
            [1000, 10_000, 3],
          ]),
      ...(isGate || isQuick ? [] : [[100, 100_000, 3]]),
    ].map(([nodes, shards, workers]) => {
      const { scenario } = loadScenario(fleet(nodes!, shards!, workers!), 'fleet.yaml').variants[0]!;
      const files = shards! * FILES_PER_SHARD;
      return {
        name: `${nodes} nodes, ${files} files, ${workers} workers a node`,
        run: () => void simulate(scenario),
        amount: files,
        unit: 'files/s',
        ...(shards === GATED[1] ? { gate: true as const } : {}),
      };
    }),
    ...(isGate ? [] : TOGETHER.map(together)),
  ],
};
