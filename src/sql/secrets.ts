import type { Property, Statement } from './ast.js';
import { repositoryProperty, type RepositoryProperty } from './repository-properties.js';

/*
 * What must not be seen again. In CREATE REPOSITORY all values are secret but those that are known not to be: what follows
 * a misspelt "s3.secret_key" is one as well.
 */

/** What Doris, too, shows in a secret's place. */
export const HIDDEN_VALUE = '*XXX';

const SECRET_WORDS =
  'secret|access[-_.]?key|token|passw(?:or)?d|passphrase|credential|(?:private|api|account|shared)[-_.]?key|signature';

const SECRET_KEY = new RegExp(SECRET_WORDS, 'i');

/** A key that says by its name that its value is secret, for a scan of a text; ends before whatever follows the key. */
export const SECRET_KEY_IN_TEXT = new RegExp(`(?:${SECRET_WORDS})[\\w.-]*`, 'gi');

export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key);

const BOOLEAN = /^(?:true|false|yes|no|on|off|[01tfyn])$/i;

const TRUE_OR_FALSE = /^(?:true|false)$/i;

/** What the values of properties that are no secrets look like. A secret that slipped into the wrong place does not. */
const OPEN_VALUES: Readonly<Partial<Record<RepositoryProperty, RegExp>>> = {
  endpoint: /^(?:[a-z\d]+:\/\/)?(?:localhost|[\w-]*[.:][\w.:[\]-]*)(?:\/[\w./-]*)?$/i,
  region: /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/,
  pathStyle: BOOLEAN,
  durable: BOOLEAN,
  bundleFilesBelow: /^\d{1,10}$/,
};

/** Names that nobody would choose as a secret: plain words, as in `fs.defaultFS`, `AWS_BUCKET`. */
const PLAIN_KEY = /^(?:(?:s3|aws|fs|hadoop|dfs|oss|cos|obs|gs)[._][a-z_.-]{1,40}|[a-z][a-z_.-]{0,40})$/i;
const MIXED_CASE = /[a-z][A-Z].*[a-z][A-Z]|[A-Z].*[a-z].*[A-Z].*[a-z]/;

/** Whether the key of a property may be shown. */
export function isOpenKey(kind: Statement['kind'], { key, value }: Property): boolean {
  if (kind !== 'create-repository' || repositoryProperty(key.text) !== undefined) return true;
  if (/^\s*delete_if_exists\s*$/i.test(key.text)) return true;
  // `"AKIA…" = "s3.access_key"`: the wrong way round.
  if (isSecretKey(value.text) || repositoryProperty(value.text) !== undefined) return false;
  return PLAIN_KEY.test(key.text) && !MIXED_CASE.test(key.text);
}

/** Whether the value of a property may be shown. */
export function isOpenValue(kind: Statement['kind'], { key, value }: Property): boolean {
  if (isSecretKey(key.text)) return false;
  if (kind !== 'create-repository') return true;
  const property = repositoryProperty(key.text);
  const open = property === undefined ? TRUE_OR_FALSE : OPEN_VALUES[property];
  return open?.test(value.text.trim()) ?? false;
}

/** `user:password@` in a URL, without the `@`. Bounded, so that no text can make it slow. */
export const USER_INFO = /(?<=:\/\/)(?:[^\s"'`/@]{1,300}|[^\s"'`/@:]{0,300}:[^\s"'`]{0,300})(?=@)/g;
