import type { DrillError } from '../base/errors.js';
import { listOf } from '../base/text.js';
import type { Property } from './ast.js';
import { errorAt, placeOf, type Located } from './locate.js';
import { show } from './property-values.js';

/** What a statement knows of properties. */
export interface KnownProperties<Key extends string> {
  /** Who knows them, for messages: `BACKUP`, `a LOCAL repository`. */
  readonly owner: string;
  readonly names: readonly string[];
  /** The key of a name in lower case; undefined for one that is not known. */
  readonly keyOf: (name: string) => Key | undefined;
  /** What to say of a name, in lower case, that is not known. */
  readonly hint: (name: string) => string | undefined;
  /** A property's name as messages may show it. */
  readonly shown?: (property: Property) => string;
}

/** The properties of a statement by their keys. One that is unknown or repeated is SQL_PROPERTY, at its place. */
export function byKey<Key extends string>(
  where: Located,
  properties: readonly Property[],
  known: KnownProperties<Key>,
): ReadonlyMap<Key, Property> {
  const found = new Map<Key, Property>();
  for (const property of properties) {
    const name = property.key.text.trim().toLowerCase();
    const key = known.keyOf(name);
    if (key === undefined) throw unknownProperty(where, property, name, known);
    const first = found.get(key);
    if (first) throw repeated(where, property, first);
    found.set(key, property);
  }
  return found;
}

function repeated(where: Located, { key }: Property, first: Property): DrillError {
  const { line, column } = placeOf(where, first.key.span);
  const [name, firstName] = [key, first.key].map(({ text }) => text.trim().toLowerCase());
  const message = `property ${name} is given twice${name === firstName ? '' : `: ${firstName} is the same`}`;
  return errorAt(where, key.span, 'SQL_PROPERTY', message, `it is first given at ${line}:${column}`);
}

function unknownProperty<Key extends string>(
  where: Located,
  property: Property,
  name: string,
  { owner, names, hint, shown }: KnownProperties<Key>,
): DrillError {
  const written = shown ? shown(property) : show(property.key.text);
  const message = `${owner} has no property ${written}; it knows ${listOf(names, 'and', names.length)}`;
  return errorAt(where, property.key.span, 'SQL_PROPERTY', message, hint(name));
}
