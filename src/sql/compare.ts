import type { Name, Property, Scope, Statement } from './ast.js';

/** A statement as plain data without places: what two ways of writing the same statement have in common. */
export interface BareStatement {
  readonly kind: Statement['kind'];
  readonly job?: 'backup' | 'restore';
  readonly database?: string;
  readonly label?: string;
  readonly repository?: string;
  readonly scope?: BareScope;
  readonly properties?: readonly (readonly [key: string, value: string])[];
  readonly readOnly?: boolean;
  readonly storage?: 's3' | 'local';
  readonly location?: string;
  readonly timestamp?: string;
  readonly filter?: { readonly by: 'equals' | 'like'; readonly value: string };
  readonly table?: string;
  readonly partitions?: readonly string[];
}

export interface BareScope {
  readonly kind: Scope['kind'];
  readonly tables: readonly BareTable[];
}

export interface BareTable {
  readonly table: string;
  readonly partitions?: readonly string[];
  readonly alias?: string;
}

type Loose = { readonly [Key in Exclude<AllKeys<Statement>, 'kind'>]?: ValueOf<Statement, Key> };
type AllKeys<S> = S extends unknown ? keyof S : never;
type ValueOf<S, Key extends PropertyKey> = S extends { readonly [K in Key]?: infer V } ? V : never;

/** `statement` without spans and source, for comparing. */
export function withoutSpans(statement: Statement): BareStatement {
  const { job, database, label, repository, scope, properties, readOnly, storage }: Loose = statement;
  const { location, timestamp, filter, table, partitions }: Loose = statement;
  return {
    kind: statement.kind,
    ...(job ? { job } : {}),
    ...texts({ database, label, repository, location, timestamp, table }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(storage ? { storage } : {}),
    ...(scope ? { scope: bareScope(scope) } : {}),
    ...(partitions ? { partitions: partitions.map(textOf) } : {}),
    ...(filter ? { filter: { by: filter.by, value: filter.value.text } } : {}),
    ...(properties ? { properties: properties.map(bareProperty) } : {}),
  };
}

function texts<Key extends string>(
  names: Readonly<Record<Key, Name | undefined>>,
): { readonly [K in Key]?: string } {
  const given = Object.entries<Name | undefined>(names).flatMap(([key, name]) =>
    name ? [[key, name.text] as const] : [],
  );
  return Object.fromEntries(given) as { readonly [K in Key]?: string };
}

const bareProperty = ({ key, value }: Property) => [key.text, value.text] as const;

function bareScope(scope: Scope): BareScope {
  if (scope.kind === 'all') return { kind: 'all', tables: [] };
  return {
    kind: scope.kind,
    tables: scope.tables.map(({ table, partitions, alias }) => ({
      table: table.text,
      ...(partitions ? { partitions: partitions.map(textOf) } : {}),
      ...(alias ? { alias: alias.text } : {}),
    })),
  };
}

const textOf = ({ text }: Name): string => text;

/** Whether two statements say the same, however and wherever they are written. */
export const sameStatement = (a: Statement, b: Statement): boolean =>
  JSON.stringify(withoutSpans(a)) === JSON.stringify(withoutSpans(b));
