import { locationOf } from '../../repository/index.js';
import { printStatement, type CreateRepositoryStatement, type Name } from '../../sql/index.js';
import type { StoredRepository } from '../journal.js';

/** The statement that makes a repository again: with all that it says, but no secret, since none is kept. */
export function createRepositoryText({ name, readOnly, spec }: StoredRepository): string {
  const values =
    spec.kind === 'local'
      ? { durable: String(spec.durable) }
      : {
          ...(spec.endpoint === undefined ? {} : { 's3.endpoint': spec.endpoint }),
          's3.region': spec.region,
          use_path_style: String(spec.addressing === 'path'),
        };
  const { bundleBelowBytes } = spec;
  const bundling = bundleBelowBytes === undefined ? {} : { bundle_files_below: String(bundleBelowBytes) };
  const properties = Object.entries({ ...values, ...bundling }).map(([key, value]) => ({
    key: word(key),
    value: word(value),
  }));
  const statement: CreateRepositoryStatement = {
    kind: 'create-repository',
    source: { name: '', text: '' },
    span: NOWHERE,
    repository: word(name),
    readOnly,
    storage: spec.kind,
    location: word(locationOf(spec)),
    properties,
  };
  return printStatement(statement);
}

const NOWHERE = { offset: 0, length: 0 };

const word = (text: string): Name => ({ text, span: NOWHERE });
