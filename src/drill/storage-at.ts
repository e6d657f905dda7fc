import { existsSync } from 'node:fs';
import { DrillError, invariant } from '../base/errors.js';
import { repositoryStorage } from '../coordinator/index.js';
import type { Storage, StorageSpec } from '../repository/index.js';
import { localStorage } from '../repository/storage/local.js';
import { openStorage } from '../repository/storage/open.js';
import { parseStatement, quoteString } from '../sql/index.js';

/** Where an S3 server is, as far as it is not Amazon's. */
export interface S3Place {
  readonly endpoint?: string;
  readonly region?: string;
}

/**
 * The storage at a location that a person gave: a directory, or `s3://bucket/prefix`. `place` is what they wrote. Throws
 * REPOSITORY_UNREADABLE, USAGE, SQL_PROPERTY.
 */
export async function storageAt(location: string, place: string, options: S3Place): Promise<Storage> {
  const { endpoint, region } = options;
  if (location.startsWith('s3:')) return openStorage(s3Spec(location, options));
  if (endpoint !== undefined || region !== undefined) {
    throw new DrillError('USAGE', '--endpoint and --region are for a repository on S3', {
      hint: 'its location is s3://bucket/prefix',
    });
  }
  if (existsSync(place)) return localStorage(location);
  throw new DrillError('REPOSITORY_UNREADABLE', `there is no directory ${place}`, {
    hint: 'drill run leaves its repository in .drill/runs/<scenario>/run/repository',
  });
}

/** What CREATE REPOSITORY would make of the same location, which begins with `s3:`. Throws USAGE, SQL_PROPERTY. */
export function s3Spec(location: string, { endpoint, region }: S3Place): StorageSpec {
  const given = { 's3.endpoint': endpoint, 's3.region': region };
  const properties = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [`${quoteString(key)} = ${quoteString(value)}`],
  );
  const text = `CREATE READ ONLY REPOSITORY r WITH S3 ON LOCATION ${quoteString(location)}`;
  const statement = parseStatement(
    properties.length === 0 ? text : `${text} PROPERTIES (${properties.join(', ')})`,
    '<location>',
  );
  invariant(statement.kind === 'create-repository', 'a CREATE REPOSITORY is one');
  return repositoryStorage(statement).spec;
}
