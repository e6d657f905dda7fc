import { decodeInfo, encodeInfo, type SnapshotInfo } from '../src/repository/index.js';
import { bindBackup } from '../src/catalog/index.js';
import { buildInfo } from '../src/coordinator/manifest-builder.js';
import { selectedShards } from '../src/catalog/index.js';
import { generateCatalog, loadScenario } from '../src/scenario/index.js';
import type { BackupStatement } from '../src/sql/index.js';
import { scenarioStatement } from '../src/scenario/index.js';
import type { Suite } from './suite.js';

const scenario = (shards: number): string => `
cluster: { nodes: 10, replication: 1 }
databases: [{ name: db, tables: [{ name: t, buckets: ${shards}, filesPerShard: 3, fileSize: 1 MiB }] }]
statement: BACKUP SNAPSHOT db.manifest TO example_repo
`;

/** The manifest of a backup of so many shards, four files each. */
function manifestOf(shards: number): SnapshotInfo {
  const { scenario: read } = loadScenario(scenario(shards), 'manifest.yaml').variants[0]!;
  const catalog = generateCatalog(read);
  const statement = scenarioStatement(read) as BackupStatement;
  const selection = bindBackup(catalog, statement, { sessionDatabase: undefined, unsupportedTables: 'skip' });
  const selected = selectedShards(selection);
  const checksums = Array.from(selected, (shard) =>
    Array.from({ length: catalog.shards.fileCount(shard) }, (_, file) => shard * 100 + file),
  );
  const spec = {
    catalog,
    selection,
    label: 'manifest',
    repository: 'example_repo',
    backupTime: '2026-01-01-00-00-00',
    content: 'all' as const,
  };
  return buildInfo(spec, { shards: selected, checksums });
}

export const manifestSuite: Suite = {
  name: 'manifest',
  hypothesis: 'writing and reading a manifest take time by the file, and not more the more there are',
  cases: ({ isGate }) =>
    (isGate ? [60] : [60, 500, 20_000]).map((shards) => {
      const info = manifestOf(shards);
      return {
        name: `${shards * 4} files, written and read`,
        run: () => void decodeInfo(encodeInfo(info), '__info'),
        amount: shards * 4,
        unit: 'files/s',
        ...(shards === 60 ? { gate: true as const } : {}),
      };
    }),
};
