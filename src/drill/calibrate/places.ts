import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { DrillError, invariant } from '../../base/errors.js';
import type { StorageSpec } from '../../repository/index.js';
import { openStorage } from '../../repository/storage/open.js';
import { onDisk } from '../../world/real/errno.js';
import { isAlive, processIdentitySchema, thisProcess } from '../../world/real/process-identity.js';
import { emptyFiles } from '../empty-files.js';
import { s3Spec, type S3Place } from '../storage-at.js';

/** Where a calibration writes. All of it is removed in the end. */
export interface Places {
  /** On this machine: files to read and link, journals, clusters. */
  readonly work: string;
  /** Of what kind the repository is, for people. */
  readonly about: string;
  readonly type: 'local' | 's3';
  /** Undefined for a repository on S3, which does as it does. */
  readonly durable: boolean | undefined;
  /** A directory on the repository's disk; undefined where it is not on a disk of this machine. */
  readonly repositoryDirectory: string | undefined;
  /** The storage of a repository of its own, beside those of other names. */
  readonly storage: (name: string) => StorageSpec;
  /** Gives back the space of what is in one of them. */
  readonly empty: (name: string) => Promise<void>;
  /** Removes everything. */
  readonly close: () => Promise<void>;
}

export interface PlaceOptions extends S3Place {
  readonly workDirectory: string;
  /** Of a local repository: whether files must be on the disk itself before they count. Default: they must. */
  readonly durable?: boolean | undefined;
  /** A directory or `s3://bucket/prefix`; undefined: a directory under the work directory. */
  readonly repository?: string | undefined;
}

const PREFIX = 'backup-drill-calibration-';
const OURS = /^backup-drill-calibration-\w{6}$/;
/** Says which process a directory belongs to: nothing without it is ever removed. */
const OWNER = '.backup-drill-calibration';

/** Makes the directories of a calibration. Throws USAGE, REPOSITORY_UNREADABLE, FILE_SYSTEM. */
export function openPlaces(options: PlaceOptions): Places {
  const { workDirectory, repository, durable = true } = options;
  const isS3 = repository?.startsWith('s3:') ?? false;
  if (!isS3 && (options.endpoint !== undefined || options.region !== undefined)) {
    throw new DrillError('USAGE', '--endpoint and --region are for a repository on S3', {
      hint: 'name it with --repository s3://bucket/prefix',
    });
  }
  const remote = isS3 ? s3Spec(repository!, options) : undefined;
  if (repository !== undefined && !isS3) requireDirectory(repository);
  onDisk(`creating ${workDirectory}`, () => mkdirSync(workDirectory, { recursive: true }));
  const work = ownDirectory(workDirectory);
  const common = { work, about: repository ?? 'a directory under the work directory' };
  if (remote) return { ...common, ...s3Places(remote, path.basename(work), work) };
  try {
    return {
      ...common,
      ...localPlaces(repository === undefined ? work : ownDirectory(repository), work, durable),
    };
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}

type OfRepository = Omit<Places, 'work' | 'about'>;

function localPlaces(root: string, work: string, durable: boolean): OfRepository {
  const at = (name: string): string => path.join(root, 'repository', name);
  return {
    type: 'local',
    durable,
    repositoryDirectory: root,
    storage: (name) => ({ kind: 'local', directory: path.resolve(at(name)), durable }),
    empty(name) {
      if (existsSync(at(name))) emptyFiles(at(name));
      return Promise.resolve();
    },
    close: () => {
      for (const directory of [root, work]) rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function s3Places(spec: StorageSpec, ownName: string, work: string): OfRepository {
  invariant(spec.kind === 's3', 'an S3 location is on S3');
  const prefix = spec.prefix === '' ? ownName : `${spec.prefix}/${ownName}`;
  const removeBelow = async (own: StorageSpec, name: string): Promise<void> => {
    const storage = await openStorage(own);
    try {
      await storage.removeTree(name);
      await storage.removeUnfinished(name);
    } finally {
      storage.dispose?.();
    }
  };
  return {
    type: 's3',
    durable: undefined,
    repositoryDirectory: undefined,
    storage: (name) => ({ ...spec, prefix: `${prefix}/${name}` }),
    empty: (name) => removeBelow({ ...spec, prefix }, name),
    async close() {
      rmSync(work, { recursive: true, force: true });
      await removeBelow(spec, ownName);
    },
  };
}

function requireDirectory(directory: string): void {
  const stat = onDisk(`looking at ${directory}`, () => statSync(directory, { throwIfNoEntry: false }));
  if (stat?.isDirectory()) return;
  const what = stat ? `${directory} is not a directory` : `there is no directory ${directory}`;
  throw new DrillError('REPOSITORY_UNREADABLE', what, {
    hint: 'make it first, or choose another --repository: a directory, or s3://bucket/prefix',
  });
}

/** A new directory in `parent`; what calibrations have left there whose processes were killed is removed. */
function ownDirectory(parent: string): string {
  return onDisk(`preparing ${parent}`, () => {
    for (const name of readdirSync(parent)) {
      const directory = path.join(parent, name);
      if (OURS.test(name) && isAbandoned(directory)) rmSync(directory, { recursive: true, force: true });
    }
    const made = mkdtempSync(path.join(parent, PREFIX));
    writeFileSync(path.join(made, OWNER), JSON.stringify(thisProcess()));
    return made;
  });
}

function isAbandoned(directory: string): boolean {
  try {
    const owner = processIdentitySchema.safeParse(
      JSON.parse(readFileSync(path.join(directory, OWNER), 'utf8')) as unknown,
    );
    return owner.success && !isAlive(owner.data);
  } catch {
    return false;
  }
}
