import { DrillError } from '../base/errors.js';
import { listOf, nearest, plural } from '../base/text.js';
import { readRepository } from './documents.js';
import {
  partPath,
  repoInfoPath,
  REPOSITORY_PREFIX,
  repositoryRoot,
  SNAPSHOT_PREFIX,
  snapshotDirectory,
} from './layout.js';
import type { Md5 } from './md5.js';
import { isLabel, isRepositoryName } from './names.js';
import { byCodeUnits } from './storage/path.js';
import type { Storage } from './storage/storage.js';
import { checkFiles, refuseIfAborted } from './verify-files.js';
import type { Problem, VerifiedSnapshot, VerifyOptions, VerifyReport } from './verify-report.js';
import {
  damagedDocument,
  surveySnapshot,
  type ExpectedFile,
  type SnapshotSurvey,
} from './verify-snapshot.js';

/**
 * Checks every snapshot of every repository on a storage: manifests first, then each file they name by reading it.
 * Damage is reported, not thrown. Throws REPOSITORY_UNREADABLE if there is no repository to verify, INTERRUPTED if told to
 * stop, and what the storage throws when it cannot be listed.
 */
export async function verifyRepository(storage: Storage, options: VerifyOptions): Promise<VerifyReport> {
  const repositories = await findRepositories(storage, options.repositoryName);
  const problems: Problem[] = [];
  const snapshots: VerifiedSnapshot[] = [];
  const expected: ExpectedFile[] = [];
  for (const repository of repositories) {
    await checkRepoInfo(storage, repository, problems);
    const names = await storage.listNames(repositoryRoot(repository));
    for (const name of names) {
      refuseIfAborted(options);
      const label = name.startsWith(SNAPSHOT_PREFIX) ? name.slice(SNAPSHOT_PREFIX.length) : '';
      if (!isLabel(label)) {
        await reportStrangers(storage, repository, name, problems);
        continue;
      }
      const survey = await surveyed(storage, repository, label, options.md5);
      for (const problem of survey.problems) problems.push(problem);
      snapshots.push(survey.snapshot);
      for (const file of survey.toRead) expected.push(file);
    }
  }
  snapshots.sort((a, b) => byCodeUnits(a.repository, b.repository) || byCodeUnits(a.label, b.label));
  for (const problem of await checkFiles(storage, expected, options)) problems.push(problem);
  problems.sort((a, b) => byCodeUnits(a.path, b.path) || byCodeUnits(a.kind, b.kind));
  const files = snapshots.reduce((sum, snapshot) => sum + snapshot.files, 0);
  const bytes = snapshots.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  return { repositories, snapshots, files, bytes, problems };
}

/** A label that the storage will not look into, such as a link, is a problem; the others are verified all the same. */
async function surveyed(
  storage: Storage,
  repository: string,
  label: string,
  md5: Md5,
): Promise<SnapshotSurvey> {
  try {
    return await surveySnapshot(storage, repository, label, md5);
  } catch (error) {
    if (!(error instanceof DrillError) || error.code !== 'STORAGE_PATH') throw error;
    const path = snapshotDirectory(repository, label);
    return {
      snapshot: { repository, label, timestamps: [], files: 0, bytes: 0 },
      problems: [{ kind: 'foreign', path, message: error.message }],
      toRead: [],
    };
  }
}

async function findRepositories(storage: Storage, wanted: string | undefined): Promise<string[]> {
  const names = (await storage.listNames(''))
    .filter((name) => name.startsWith(REPOSITORY_PREFIX))
    .map((name) => name.slice(REPOSITORY_PREFIX.length))
    .filter(isRepositoryName);
  if (wanted === undefined && names.length > 0) return names;
  if (wanted !== undefined && names.includes(wanted)) return [wanted];
  const what = wanted === undefined ? 'no repository' : `no repository ${wanted}`;
  throw new DrillError('REPOSITORY_UNREADABLE', `there is ${what} at ${storage.location}`, {
    hint: hintWhereToLook(names, wanted),
  });
}

function hintWhereToLook(names: readonly string[], wanted: string | undefined): string {
  if (names.length === 0)
    return `a repository is a directory named ${REPOSITORY_PREFIX}<name>; give the directory it lies in`;
  const meant = wanted === undefined ? undefined : nearest(wanted, names);
  return `there is ${listOf(names, 'and')}${meant && names.length > 1 ? `; did you mean ${meant}?` : ''}`;
}

async function checkRepoInfo(storage: Storage, repository: string, problems: Problem[]): Promise<void> {
  const path = repoInfoPath(repository);
  try {
    const repoInfo = await readRepository(storage, repository);
    if (!repoInfo) problems.push({ kind: 'missing', path, message: 'the repository has no __repo_info' });
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    problems.push(damagedDocument(path, error));
  }
}

/** What lies in a repository's own directory and is neither a snapshot nor its `__repo_info`. */
async function reportStrangers(
  storage: Storage,
  repository: string,
  name: string,
  problems: Problem[],
): Promise<void> {
  const path = `${repositoryRoot(repository)}/${name}`;
  if (path === repoInfoPath(repository)) return;
  if (path === partPath(repoInfoPath(repository))) {
    problems.push({ kind: 'extra', path, message: 'a file that was being written when its writer stopped' });
    return;
  }
  const holds = await below(storage, path);
  problems.push({ kind: 'foreign', path, message: `nothing of a repository has this name${holds}` });
}

/** How much a stranger holds, as far as it can be looked into. */
async function below(storage: Storage, path: string): Promise<string> {
  try {
    const files = await storage.list(path);
    return files.length > 0 ? ` (with ${plural(files.length, 'file')} below it)` : '';
  } catch (error) {
    if (!(error instanceof DrillError) || error.code !== 'STORAGE_PATH') throw error;
    return '';
  }
}
