import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runDrill } from '../src/drill/index.js';
import { loadScenario } from '../src/scenario/index.js';
import type { Suite } from './suite.js';

const nothing = (): void => undefined;
let workDirectory = '';

/** The same bytes in files of another size, from another number of nodes; nothing is limited but by the machine. */
function scenario(nodes: number, files: number, fileSize: string, durable: boolean): string {
  return `
name: ${nodes}-nodes-${files}-files-${durable}
cluster:
  nodes: ${nodes}
  replication: 1
  hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 }
repository: { latency: 0 ms, durable: ${durable} }
databases: [{ name: db, tables: [{ name: t, buckets: 16, filesPerShard: ${files / 16}, fileSize: ${fileSize} }] }]
engine: { preset: tuned, uploadWorkers: 1 }
statement: BACKUP SNAPSHOT db.bench TO example_repo
`;
}

/** All but one leave it to the operating system when files reach the disk: what syncing costs is a suite of its own. */
const CLUSTERS = [
  { nodes: 1, durable: false },
  { nodes: 2, durable: false },
  { nodes: 2, durable: true },
  { nodes: 4, durable: false },
];

/** tinybench times whole drills, but what is shown is the job alone: the cluster's start is not part of a backup. */
export const uploadSuite: Suite = {
  name: 'upload',
  hypothesis:
    'on one machine, a second node helps until its cores are busy, and small files cost by the file',
  cases(isQuick) {
    workDirectory = mkdtempSync(path.join(tmpdir(), 'drill-bench-'));
    const megabytes = isQuick ? 32 : 256;
    const shapes = [
      { files: 16, fileSize: `${megabytes / 16} MiB`, what: 'large files' },
      { files: (megabytes * 1024) / 64, fileSize: '64 KiB', what: 'small files' },
    ];
    return shapes.flatMap(({ files, fileSize, what }) =>
      CLUSTERS.map(({ nodes, durable }) => {
        const loaded = loadScenario(scenario(nodes, files, fileSize, durable), 'bench.yaml');
        return {
          name: `${what} (${files} of ${fileSize}), ${nodes} node${nodes > 1 ? 's' : ''}${durable ? ', durable' : ''}, whole drill without restore`,
          run: async () => {
            const report = await runDrill(loaded, {
              workDirectory,
              prove: false,
              command: 'bench',
              signal: new AbortController().signal,
              listener: { onPhase: nothing, onProgress: nothing },
            });
            if (report.variants[0]!.measured!.job.state !== 'FINISHED') throw new Error('the backup failed');
          },
          amount: megabytes * 1.048576,
          unit: 'MB/s',
        };
      }),
    );
  },
  tearDown: () => rmSync(workDirectory, { recursive: true, force: true }),
};
