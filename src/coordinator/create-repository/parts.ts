import type { DrillError } from '../../base/errors.js';
import {
  badValue,
  errorAt,
  REPOSITORY_PROPERTIES,
  type CreateRepositoryStatement,
  type Property,
  type RepositoryProperty,
  type Span,
} from '../../sql/index.js';
import { MAX_BUNDLE_BYTES } from '../../node/index.js';
import type { S3Credentials, StorageSpec } from '../../repository/index.js';

/** A repository's storage, as its CREATE REPOSITORY describes it. */
export interface RepositoryStorage {
  readonly spec: StorageSpec;
  /** Missing where the statement has none: then they come from the usual places. */
  readonly credentials?: S3Credentials;
}

/** The properties of a CREATE REPOSITORY, and the statement to point into. */
export interface Given {
  readonly statement: CreateRepositoryStatement;
  readonly properties: ReadonlyMap<RepositoryProperty, Property>;
}

/** A piece of a statement as messages may show it: as written, with asterisks for what is secret. */
export const shownText = ({ source }: CreateRepositoryStatement, { offset, length }: Span): string => {
  const text = source.text.slice(offset, offset + length);
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return shown.replaceAll(/\p{Cc}/gu, ' ');
};

const MAX_SHOWN = 80;

/** A property's first name, for messages. */
export const nameOf = (property: RepositoryProperty): string => REPOSITORY_PROPERTIES[property][0];

/** `true` or `false`; undefined where it is not given. Shows nothing of what is neither: it may be misplaced. */
export function readFlag({ statement, properties }: Given, name: RepositoryProperty): boolean | undefined {
  const property = properties.get(name);
  if (!property) return undefined;
  const word = property.value.text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  const key = property.key.text.trim().toLowerCase();
  const message = `${key} is true or false, not ${shownText(statement, property.value.span)}`;
  throw badValue(statement, property, message, `as in "${key}" = "true"`);
}

/** `bundle_files_below`: a number of bytes, as the specs of storages have it. Shows nothing of what is none. */
export function readBundling({ statement, properties }: Given): Pick<StorageSpec, 'bundleBelowBytes'> {
  const property = properties.get('bundleFilesBelow');
  if (!property) return {};
  const text = property.value.text.trim();
  const bundleBelowBytes = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (bundleBelowBytes >= 1 && bundleBelowBytes <= MAX_BUNDLE_BYTES) return { bundleBelowBytes };
  const key = property.key.text.trim().toLowerCase();
  const shown = shownText(statement, property.value.span);
  const message = `${key} is a number of bytes from 1 to ${MAX_BUNDLE_BYTES}, not ${shown}`;
  throw badValue(statement, property, message, `as in "${key}" = "1048576"`);
}

/** What is wrong with the location. */
export const badLocation = (
  statement: CreateRepositoryStatement,
  message: string,
  hint?: string,
): DrillError => errorAt(statement, statement.location.span, 'SQL_PROPERTY', message, hint);
