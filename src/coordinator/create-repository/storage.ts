import { nearest } from '../../base/text.js';
import {
  byKey,
  errorAt,
  REPOSITORY_PROPERTIES,
  repositoryProperty,
  type CreateRepositoryStatement,
  type RepositoryProperty,
} from '../../sql/index.js';
import { localSpec } from './local.js';
import { nameOf, shownText, type Given, type RepositoryStorage } from './parts.js';
import { s3Spec } from './s3.js';

const KNOWN: Readonly<Record<'local' | 's3', readonly RepositoryProperty[]>> = {
  local: ['durable', 'bundleFilesBelow'],
  s3: ['endpoint', 'region', 'accessKey', 'secretKey', 'sessionToken', 'pathStyle', 'bundleFilesBelow'],
};

/**
 * What the location and the properties of a CREATE REPOSITORY ask for. What is wrong with either is SQL_PROPERTY, at its
 * place, and never shows a secret.
 */
export function repositoryStorage(statement: CreateRepositoryStatement): RepositoryStorage {
  const { storage } = statement;
  refuseDeletion(statement);
  const known = KNOWN[storage];
  const names = known.map(nameOf);
  const properties = byKey(statement, statement.properties, {
    owner: storage === 's3' ? 'an S3 repository' : 'a LOCAL repository',
    names,
    keyOf: (name) => known.find((property) => property === repositoryProperty(name)),
    hint: (name) => unknownHint(statement, name, known),
    shown: ({ key }) => shownText(statement, key.span),
  });
  const given: Given = { statement, properties };
  return Object.freeze(storage === 'local' ? { spec: localSpec(given) } : s3Spec(given));
}

function refuseDeletion(statement: CreateRepositoryStatement): void {
  const property = statement.properties.find(
    ({ key }) => key.text.trim().toLowerCase() === 'delete_if_exists',
  );
  if (!property) return;
  const message = 'delete_if_exists is not supported: creating a repository never deletes what is there';
  const hint = 'leave it out; a repository that is there already is used as it is';
  throw errorAt(statement, property.key.span, 'SQL_PROPERTY', message, hint);
}

function unknownHint(
  { storage }: CreateRepositoryStatement,
  name: string,
  known: readonly RepositoryProperty[],
): string | undefined {
  const elsewhere = repositoryProperty(name);
  if (elsewhere !== undefined) return `${name} is a property of WITH ${storage === 's3' ? 'LOCAL' : 'S3'}`;
  const meant = nearest(
    name,
    known.flatMap((property) => REPOSITORY_PROPERTIES[property]),
  );
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}
