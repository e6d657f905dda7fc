import { isIP } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { DrillError } from '../../../base/errors.js';
import type { S3StorageSpec } from '../spec.js';
import { encodeKey } from './uri.js';

/** Where the requests of one bucket go. */
export interface Endpoint {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number | undefined;
  /** The value of the Host header. */
  readonly host: string;
  /** The path of a key, or of the bucket itself, encoded. */
  pathOf(key: string | undefined): string;
}

/** Throws STORAGE_PATH where a spec leads nowhere. */
export function endpointOf(spec: S3StorageSpec): Endpoint {
  const url = urlOf(spec);
  const { hostname, port } = urlToHttpOptions(url);
  const where = {
    protocol: url.protocol === 'http:' ? 'http:' : 'https:',
    port: port === undefined || port === '' ? undefined : Number(port),
  } as const;
  const base = url.pathname.replace(/\/+$/, '');
  if (spec.addressing === 'virtual-hosted' && canBeInHost(spec.bucket, url)) {
    return {
      ...where,
      hostname: `${spec.bucket}.${hostname}`,
      host: `${spec.bucket}.${url.host}`,
      pathOf: (key) => `${base}/${key === undefined ? '' : encodeKey(key)}`,
    };
  }
  const bucket = `${base}/${spec.bucket}`;
  return {
    ...where,
    hostname: hostname ?? '',
    host: url.host,
    pathOf: (key) => (key === undefined ? bucket : `${bucket}/${encodeKey(key)}`),
  };
}

function urlOf({ endpoint, bucket, region }: S3StorageSpec): URL {
  // The second is what AWS's own tools look at, too.
  const given = endpoint ?? (process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL']);
  if (!given) return new URL(`https://s3.${hostLabel(region)}.${suffixOf(region)}`);
  if (isEndpoint(given)) return new URL(given);
  // Not shown: it may hold a password.
  throw new DrillError(
    'STORAGE_PATH',
    `the endpoint of bucket ${bucket} is not a plain address of a server`,
    {
      hint: 'write http://host:port or https://host, without a user, a password or a query',
    },
  );
}

function isEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, username, password, search, hash } = new URL(endpoint);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

/** What the names of AWS's servers end with, by what the names of its regions begin with. */
const SUFFIXES: readonly (readonly [start: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
];

const suffixOf = (region: string): string =>
  SUFFIXES.find(([start]) => region.startsWith(start))?.[1] ?? 'amazonaws.com';

function hostLabel(region: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(region)) return region;
  throw new DrillError('STORAGE_PATH', `${JSON.stringify(region)} cannot be the name of a region of AWS`, {
    hint: "name one, such as 'eu-central-1', or the endpoint of the server",
  });
}

const LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** A certificate for all buckets is not for names with dots; addresses of numbers have no names below them. */
function canBeInHost(bucket: string, url: URL): boolean {
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return false;
  return url.protocol === 'https:'
    ? LABEL.test(bucket)
    : bucket.split('.').every((label) => LABEL.test(label));
}
