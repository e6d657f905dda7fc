import type { S3Credentials, S3StorageSpec } from '../spec.js';
import type { Awaitable } from '../storage.js';

/** Says who we are, for one request: those of roles change. The same object as long as they are the same. */
export type CredentialSource = () => Awaitable<S3Credentials>;

/**
 * The credentials that were given, or those of the usual places: environment variables, the shared files ~/.aws/credentials
 * and ~/.aws/config, and the roles of containers and instances. AWS's own code knows them all; it is loaded only where the
 * environment has none, since most runs never need it.
 */
export function credentialSource(given: S3Credentials | undefined, spec: S3StorageSpec): CredentialSource {
  if (given) return () => given;
  let found: S3Credentials | undefined;
  let chain: Promise<() => Promise<S3Credentials>> | undefined;
  return () => {
    found ??= fromEnvironment(process.env);
    if (found) return found;
    chain ??= usualPlaces(spec);
    return chain.then((find) => find());
  };
}

/** As AWS's tools do it, a profile that is named goes first; and what expires is left to them. */
function fromEnvironment(environment: NodeJS.ProcessEnv): S3Credentials | undefined {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  if (environment['AWS_PROFILE'] || environment['AWS_CREDENTIAL_EXPIRATION']) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** It keeps what it found, and looks again five minutes before that expires. */
async function usualPlaces({ endpoint, region }: S3StorageSpec): Promise<() => Promise<S3Credentials>> {
  // It tells people on Node 20 to upgrade; this project's lock file, not its user, chooses it.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider({
    logger: SILENT,
    // Where roles are asked for. A server that is not AWS's has a region that AWS does not know.
    ...(endpoint === undefined ? { clientConfig: { region } } : {}),
  });
}

const SILENT = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};
