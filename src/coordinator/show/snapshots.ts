import {
  parseTimestamp,
  type Snapshot,
  type SnapshotInfo,
  type SnapshotListing,
} from '../../repository/index.js';
import type { RowSet } from '../reply.js';
import { oneLine } from './cells.js';

export const SNAPSHOT_COLUMNS: readonly string[] = ['Snapshot', 'Timestamp', 'Status'];

export const SNAPSHOT_DETAIL_COLUMNS: readonly string[] = [
  'Snapshot',
  'Timestamp',
  'Database',
  'Details',
  'Status',
];

/** `SHOW SNAPSHOT ON …`: a row for each label, with all of its timestamps, line by line, as Doris has them. */
export function snapshotRows(listings: readonly SnapshotListing[]): RowSet {
  const rows = listings.map(({ label, timestamps, problem }) => [
    label,
    timestamps.length === 0 ? null : timestamps.join('\n'),
    problem === undefined ? 'OK' : `ERROR: ${oneLine(problem)}`,
  ]);
  return { columns: SNAPSHOT_COLUMNS, rows };
}

/** `SHOW SNAPSHOT ON … WHERE SNAPSHOT = … AND TIMESTAMP = …`: one that was read, and so is whole as far as its manifest. */
export function snapshotDetailRows({ info }: Snapshot): RowSet {
  const { label, backupTime, databaseName } = info;
  const details = JSON.stringify(detailsOf(info), undefined, 2);
  return { columns: SNAPSHOT_DETAIL_COLUMNS, rows: [[label, backupTime, databaseName, details, 'OK']] };
}

/** The members that Doris's details have, in its order, and behind them the tables that were left out. */
const detailsOf = (info: SnapshotInfo): object => ({
  name: info.label,
  database: info.databaseName,
  /** Milliseconds since 1970. */
  backup_time: parseTimestamp(info.backupTime) ?? null,
  content: info.content.toUpperCase(),
  olap_table_list: info.tables.map(({ name, partitions }) => ({
    name,
    partition_names: partitions.map((partition) => partition.name),
  })),
  view_list: info.views.map(({ name }) => ({ name })),
  odbc_table_list: [],
  odbc_resource_list: [],
  skipped_tables: info.skippedTables,
});
