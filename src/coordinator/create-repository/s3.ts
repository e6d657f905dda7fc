import type { DrillError } from '../../base/errors.js';
import { badValue, errorAt, HIDDEN_VALUE, type Property, type RepositoryProperty } from '../../sql/index.js';
import {
  badLocation,
  nameOf,
  readBundling,
  readFlag,
  shownText,
  type Given,
  type RepositoryStorage,
} from './parts.js';
import { checkedPath } from '../../repository/storage/path.js';
import type { S3Credentials, S3StorageSpec } from '../../repository/index.js';

const DEFAULT_REGION = 'us-east-1';
const EXAMPLE = 'as in LOCATION "s3://bucket/prefix"';

/** WITH S3: a bucket and perhaps a prefix in it. */
export function s3Spec(given: Given): RepositoryStorage {
  const endpoint = endpointOf(given);
  const pathStyle = readFlag(given, 'pathStyle') ?? (endpoint !== undefined && !endpoint.isAws);
  const spec: S3StorageSpec = Object.freeze({
    kind: 's3',
    ...(endpoint ? { endpoint: endpoint.url } : {}),
    region: regionOf(given),
    ...bucketAndPrefix(given),
    addressing: pathStyle ? 'path' : 'virtual-hosted',
    ...readBundling(given),
  });
  const credentials = credentialsOf(given);
  return credentials ? { spec, credentials } : { spec };
}

const S3_LIKE = /^(?:s3[an]|cosn?|oss|obs|gs|minio)$/;

function bucketAndPrefix({ statement }: Given): Pick<S3StorageSpec, 'bucket' | 'prefix'> {
  const text = statement.location.text.trim();
  const shown = shownText(statement, statement.location.span);
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== 's3' || !/^s3:\/\//i.test(text)) {
    const path = text.replace(/^[a-z][a-z\d+.-]*:\/*/i, '').replaceAll(/^.*@/g, '');
    const isLike = scheme !== undefined && S3_LIKE.test(scheme) && !/[^\w./-]/.test(path);
    const hint = isLike
      ? `write "s3://${path.slice(0, 80)}", and "s3.endpoint" tells whose it is`
      : scheme === 'file'
        ? `write WITH LOCAL, or a bucket, ${EXAMPLE}`
        : EXAMPLE;
    throw badLocation(statement, `${shown} is no place on S3: its locations begin with s3://`, hint);
  }
  const [bucket = '', ...parts] = text.slice('s3://'.length).split('/');
  if (bucket.includes('@')) {
    const hint = 'credentials go into the properties "s3.access_key" and "s3.secret_key"';
    throw badLocation(statement, 'a location has no credentials in it', hint);
  }
  const fault = bucketFault(bucket);
  if (fault !== undefined) {
    throw badLocation(statement, `${shown} names no bucket that there could be: ${fault}`, EXAMPLE);
  }
  const prefix = parts.join('/').replaceAll(/^\/+|\/+$/g, '');
  if (prefix !== '') checkPrefix(statement, prefix);
  return { bucket, prefix };
}

/** What is wrong with a bucket's name, by the rules of S3. */
function bucketFault(bucket: string): string | undefined {
  if (bucket === '') return 'there is nothing after s3://';
  if (bucket.length < 3 || bucket.length > 63) return 'a name has 3 to 63 characters';
  if (!/^[a-z\d.-]+$/.test(bucket)) return 'a name is made of letters a to z, digits, "-" and "."';
  if (!/^[a-z\d].*[a-z\d]$/.test(bucket)) return 'a name begins and ends with a letter or a digit';
  if (/\.[.-]|-\./.test(bucket)) return 'a "." has a letter or a digit on both sides';
  return /^\d+\.\d+\.\d+\.\d+$/.test(bucket) ? 'a name is not written like an IP address' : undefined;
}

function checkPrefix(statement: Given['statement'], prefix: string): void {
  try {
    checkedPath(prefix);
  } catch (error) {
    const why = /: ([^:]*)$/.exec((error as DrillError).message)?.[1] ?? 'it is no path';
    throw badLocation(statement, `what follows the bucket cannot be a prefix: ${why}`, EXAMPLE);
  }
  if (/\p{Cc}/u.test(prefix)) {
    throw badLocation(
      statement,
      'what follows the bucket cannot be a prefix: it has a control character',
      EXAMPLE,
    );
  }
}

interface Endpoint {
  readonly url: string;
  readonly isAws: boolean;
}

const HOST =
  /^(?:(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*\.?|\[[\da-f:.]+\])$/i;
const MAX_HOST_LENGTH = 253;
const MAX_PORT = 65_535;

function endpointOf({ statement, properties }: Given): Endpoint | undefined {
  const property = properties.get('endpoint');
  if (!property) return undefined;
  const refuse = (why: string): DrillError => {
    const shown = shownText(statement, property.value.span);
    const key = property.key.text.trim().toLowerCase();
    const hint = `as in "${key}" = "https://s3.us-east-1.amazonaws.com", or "http://127.0.0.1:9000"`;
    return badValue(statement, property, `${key} is the address of a server, not ${shown}: ${why}`, hint);
  };
  const text = property.value.text.trim();
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const [, scheme = '', authority = '', path = ''] = /^([^:]*):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (!/^https?$/i.test(scheme)) throw refuse('it is reached by http:// or https://');
  if (authority.includes('@')) throw refuse('credentials go into their own properties');
  if (!/^\/*$/.test(path)) throw refuse('nothing follows its port; the bucket is in the location');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
  if (!HOST.test(host) || host.length > MAX_HOST_LENGTH) throw refuse('it has no right host name');
  if (port !== undefined && (Number(port) < 1 || Number(port) > MAX_PORT))
    throw refuse('it has no right port');
  return {
    url: `${scheme.toLowerCase()}://${host.toLowerCase()}${port === undefined ? '' : `:${Number(port)}`}`,
    isAws: /\.amazonaws\.com(?:\.cn)?\.?$/i.test(host),
  };
}

function regionOf({ statement, properties }: Given): string {
  const property = properties.get('region');
  if (!property) return DEFAULT_REGION;
  const region = property.value.text.trim();
  if (/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(region)) return region;
  const key = property.key.text.trim().toLowerCase();
  const message = `${key} is a name of letters, digits and "-", not ${shownText(statement, property.value.span)}`;
  throw badValue(statement, property, message, `as in "${key}" = "${DEFAULT_REGION}"`);
}

/** Never shows what it reads. */
function credentialsOf(given: Given): S3Credentials | undefined {
  const accessKey = secretOf(given, 'accessKey');
  const secretKey = secretOf(given, 'secretKey');
  const token = secretOf(given, 'sessionToken');
  if (accessKey === undefined && secretKey === undefined && token === undefined) return undefined;
  if (accessKey === undefined)
    throw incomplete(given, secretKey === undefined ? 'sessionToken' : 'secretKey', 'accessKey');
  if (secretKey === undefined) throw incomplete(given, 'accessKey', 'secretKey');
  return Object.freeze({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    ...(token === undefined ? {} : { sessionToken: token }),
  });
}

function secretOf({ statement, properties }: Given, name: RepositoryProperty): string | undefined {
  const property = properties.get(name);
  if (!property) return undefined;
  const fault = secretFault(property, name);
  if (fault === undefined) return property.value.text;
  const key = property.key.text.trim().toLowerCase();
  const hint =
    'without credentials in the statement, they come from the environment, the shared files or roles';
  throw badValue(statement, property, `${key} ${fault}`, hint);
}

function secretFault({ value: { text } }: Property, name: RepositoryProperty): string | undefined {
  if (text === '') return 'is empty';
  if (text === HIDDEN_VALUE)
    return `is ${HIDDEN_VALUE}, which is shown in the place of secrets: write the secret itself`;
  if (name === 'secretKey' ? /[\r\n\0]/.test(text) : /[^\x21-\x7E]/.test(text)) {
    return 'has white space or another character in it that it cannot have';
  }
  return undefined;
}

function incomplete(
  { statement, properties }: Given,
  there: RepositoryProperty,
  missing: RepositoryProperty,
): DrillError {
  const property = properties.get(there);
  const span = property?.key.span ?? statement.span;
  const message = `${nameOf(there)} is given without ${nameOf(missing)}`;
  const hint = `give both; without either, they come from the environment, the shared files or roles`;
  return errorAt(statement, span, 'SQL_PROPERTY', message, hint);
}
