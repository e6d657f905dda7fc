/**
 * The properties of CREATE REPOSITORY, by what they set: the name that this project's documents use, and what else people
 * write for it. All are in lower case, and are understood in any.
 */
export const REPOSITORY_PROPERTIES = {
  endpoint: ['s3.endpoint', 'aws_endpoint'],
  region: ['s3.region', 'aws_region'],
  accessKey: ['s3.access_key', 'aws_access_key'],
  secretKey: ['s3.secret_key', 'aws_secret_key'],
  sessionToken: ['s3.session_token', 'aws_token'],
  pathStyle: ['use_path_style', 's3.use_path_style'],
  durable: ['durable'],
  bundleFilesBelow: ['bundle_files_below'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

export type RepositoryProperty = keyof typeof REPOSITORY_PROPERTIES;

const BY_NAME: ReadonlyMap<string, RepositoryProperty> = new Map(
  (Object.keys(REPOSITORY_PROPERTIES) as RepositoryProperty[]).flatMap((property) =>
    REPOSITORY_PROPERTIES[property].map((name) => [name, property] as const),
  ),
);

/** What a property of this name sets; undefined for one that is not known. */
export const repositoryProperty = (name: string): RepositoryProperty | undefined =>
  BY_NAME.get(name.trim().toLowerCase());

export const REPOSITORY_PROPERTY_NAMES: readonly string[] = [...BY_NAME.keys()];
