import { MANIFEST_FORMAT_VERSION } from '../../repository/index.js';
import { errorAt, type RestoreOptions, type RestoreStatement, type Span } from '../../sql/index.js';

/** Refuses a `meta_version` that this program cannot read: SQL_PROPERTY at its place. */
export function checkMetaVersion(statement: RestoreStatement, { metaVersion }: RestoreOptions): void {
  if (metaVersion === undefined || metaVersion === MANIFEST_FORMAT_VERSION) return;
  throw errorAt(
    statement,
    propertySpan(statement, 'meta_version'),
    'SQL_PROPERTY',
    `meta_version ${metaVersion} is not supported: this version reads metadata of version ${MANIFEST_FORMAT_VERSION}`,
    'leave it out: a snapshot says itself of which version it is',
  );
}

/** Where the value of a property stands, or else the statement's label. */
export function propertySpan(statement: RestoreStatement, key: string): Span {
  const property = statement.properties.find(({ key: { text } }) => text.trim().toLowerCase() === key);
  return property?.value.span ?? statement.label.span;
}
