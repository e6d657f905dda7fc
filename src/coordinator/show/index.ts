import type { ShowStatement } from '../../sql/index.js';
import type { RowSet } from '../reply.js';
import { backendRows } from './backends.js';
import { jobRows } from './jobs.js';
import { databaseRows, tableRows } from './names.js';
import { partitionRows } from './partitions.js';
import { createRepositoryRows, repositoryRows } from './repositories.js';
import { tabletRows } from './tablets.js';
import type { ShowContext } from './view.js';

export { snapshotDetailRows, snapshotRows } from './snapshots.js';
export { backendId, type JobView, type RepositoryView, type ShowContext } from './view.js';

/*
 * Columns, their names and their order are those of Apache Doris 2.1 and 3.0, so that scripts written for it can read the
 * answers. Where releases differ, it is the longest list of these two lines.
 */

/**
 * The answer to a SHOW statement. Errors, each at its name: DATABASE_UNKNOWN, TABLE_UNKNOWN, TABLE_TYPE_UNSUPPORTED,
 * PARTITION_UNKNOWN, REPOSITORY_UNKNOWN.
 */
export function showRows(statement: ShowStatement, context: ShowContext): RowSet {
  switch (statement.kind) {
    case 'show-jobs':
      return jobRows(statement, context);
    case 'show-repositories':
      return repositoryRows(context);
    case 'show-create-repository':
      return createRepositoryRows(statement, context);
    case 'show-databases':
      return databaseRows(statement, context);
    case 'show-tables':
      return tableRows(statement, context);
    case 'show-backends':
      return backendRows(context);
    case 'show-partitions':
      return partitionRows(statement, context);
    case 'show-tablets':
      return tabletRows(statement, context);
  }
}
