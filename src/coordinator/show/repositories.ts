import { locationOf } from '../../repository/index.js';
import type { ShowCreateRepositoryStatement } from '../../sql/index.js';
import type { RowSet } from '../reply.js';
import { unknownName } from './binding.js';
import { dateTime, oneLine, trueOrFalse } from './cells.js';
import type { ShowContext } from './view.js';

export const REPOSITORY_COLUMNS: readonly string[] = [
  'RepoId',
  'RepoName',
  'CreateTime',
  'IsReadOnly',
  'Location',
  'Broker',
  'Type',
  'ErrMsg',
];

export const CREATE_REPOSITORY_COLUMNS: readonly string[] = ['RepoName', 'CreateStmt'];

/** What Doris shows for a repository that needs no broker, and none does here. */
const NO_BROKER = '-';

/** `SHOW REPOSITORIES` */
export function repositoryRows({ repositories }: ShowContext): RowSet {
  const rows = repositories.map(({ stored, lastError }) => [
    stored.id,
    stored.name,
    dateTime(stored.createdAtMs),
    trueOrFalse(stored.readOnly),
    locationOf(stored.spec),
    NO_BROKER,
    stored.spec.kind.toUpperCase(),
    lastError === undefined ? null : oneLine(lastError),
  ]);
  return { columns: REPOSITORY_COLUMNS, rows };
}

/** `SHOW CREATE REPOSITORY`; REPOSITORY_UNKNOWN. */
export function createRepositoryRows(
  statement: ShowCreateRepositoryStatement,
  { repositories }: ShowContext,
): RowSet {
  const { repository: name } = statement;
  const repository = repositories.find(({ stored }) => stored.name === name.text);
  if (!repository) {
    const known = repositories.map(({ stored }) => stored.name);
    throw unknownName(statement, name, 'REPOSITORY_UNKNOWN', 'repository', '', known);
  }
  return {
    columns: CREATE_REPOSITORY_COLUMNS,
    rows: [[repository.stored.name, repository.createStatement]],
  };
}
