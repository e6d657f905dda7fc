import { revive } from '../src/base/errors.js';
import { isEnded } from '../src/job/index.js';
import { virtualCluster } from '../src/planner/index.js';
import { loadScenario, type Scenario } from '../src/scenario/index.js';
import { parseStatement } from '../src/sql/index.js';

const FILES_PER_SHARD = 10;

export interface SeveralJobs {
  readonly nodes: number;
  readonly jobs: number;
  readonly files: number;
}

/** Databases of as many files, on one cluster. */
export function severalDatabases({ nodes, jobs, files }: SeveralJobs): Scenario {
  const databases = Array.from({ length: jobs }, (_, i) => {
    const buckets = Math.round(files / jobs / FILES_PER_SHARD);
    return `
  - name: db${i + 1}
    tables:
      - name: facts
        buckets: ${buckets}
        filesPerShard: ${FILES_PER_SHARD - 1} # and a header
        fileSize: { lognormal: { median: 4 MiB, sigma: 1.2 } }`;
  });
  const text = `
cluster: { nodes: ${nodes}, replication: ${Math.min(3, nodes)}, hardware: { disk: 500 MB/s, hash: 550 MB/s, nic: 10 Gbit/s } }
repository: { type: s3, bandwidth: 400 Gbit/s, perConnection: 100 MB/s, latency: 20 ms }
databases:${databases.join('')}
engine: { preset: tuned, uploadWorkers: 3 }
statement: BACKUP SNAPSHOT db1.monthly TO example_repo
`;
  return loadScenario(text, 'several-jobs.yaml').variants[0]!.scenario;
}

/** Backs all databases up at once, each with limits of bytes of its own. */
export function backUpTogether(scenario: Scenario): void {
  const { coordinator, world } = virtualCluster(scenario);
  const jobs: number[] = [];
  for (const [i, { name }] of scenario.databases.entries()) {
    const limits = `"bytes_per_second" = "${4 + 2 * i} GB", "node_bytes_per_second" = "${50 + 10 * i} MB"`;
    const text = `BACKUP SNAPSHOT ${name}.${name}_monthly TO example_repo PROPERTIES (${limits})`;
    coordinator.execute(parseStatement(text), {}, (outcome) => {
      if (!outcome.ok) throw revive(outcome.error);
      if (outcome.value.kind === 'accepted') jobs.push(outcome.value.jobId);
    });
  }
  const isOver = (job: number): boolean => isEnded(coordinator.job(job)!) && coordinator.isSettled(job);
  const areOver = world.run(() => jobs.length === scenario.databases.length && jobs.every(isOver));
  if (!areOver || jobs.some((job) => coordinator.job(job)!.state !== 'FINISHED'))
    throw new Error('a job did not finish');
}
