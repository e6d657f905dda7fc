import type * as z from 'zod';
import { DrillError } from '../base/errors.js';
import { tooManyValues } from './json-size.js';
import { inconsistencies } from './manifest-consistency.js';
import { infoFaults, metaFaults, type Fault, type Faults } from './manifest-faults.js';
import { infoSchema, metaSchema, repoInfoSchema } from './manifest-schema.js';
import {
  BUNDLES_FORMAT_VERSION,
  MANIFEST_FORMAT_VERSION,
  type RepoInfo,
  type SnapshotInfo,
  type SnapshotMeta,
} from './manifest-types.js';

/** One kind of document: its shape, and what else must hold. */
interface Kind<T> {
  readonly what: string;
  /** The highest version of it that this program reads. */
  readonly highestVersion: number;
  readonly schema: z.ZodType<T>;
  readonly faults: (document: T) => Faults;
}

const INFO: Kind<SnapshotInfo> = {
  what: 'an __info document',
  highestVersion: BUNDLES_FORMAT_VERSION,
  schema: infoSchema,
  faults: infoFaults,
};
const META: Kind<SnapshotMeta> = {
  what: 'a __meta document',
  highestVersion: MANIFEST_FORMAT_VERSION,
  schema: metaSchema,
  faults: metaFaults,
};
const REPO_INFO: Kind<RepoInfo> = {
  what: 'a __repo_info document',
  highestVersion: MANIFEST_FORMAT_VERSION,
  schema: repoInfoSchema,
  faults: noFaults,
};

/** The text of `__info`: one line of JSON, the same for equal documents. Refuses (INTERNAL) one that could not be read. */
export const encodeInfo = (info: SnapshotInfo): string => encode(INFO, info);

/** The text of `__meta`. */
export const encodeMeta = (meta: SnapshotMeta): string => encode(META, meta);

/** The text of `__repo_info`. */
export const encodeRepoInfo = (repoInfo: RepoInfo): string => encode(REPO_INFO, repoInfo);

/** Reads an `__info`; `path` is for messages. Throws REPOSITORY_CORRUPT or REPOSITORY_FORMAT. */
export const decodeInfo = (text: string, path: string): SnapshotInfo => decode(INFO, text, path);

/** Reads a `__meta`. */
export const decodeMeta = (text: string, path: string): SnapshotMeta => decode(META, text, path);

/** Reads a `__repo_info`. */
export const decodeRepoInfo = (text: string, path: string): RepoInfo => decode(REPO_INFO, text, path);

/** Throws REPOSITORY_CORRUPT if `info` does not fit `meta`: both must tell of the same tables, partitions and buckets. */
export function checkConsistent(
  meta: SnapshotMeta,
  info: SnapshotInfo,
  infoPath = `__info of ${info.label}`,
): void {
  const fault = firstOf(inconsistencies(meta, info));
  if (fault) throw corrupt(infoPath, told(fault));
}

function encode<T>(kind: Kind<T>, document: T): string {
  const checked = check(kind, document);
  if (!checked.ok) throw new DrillError('INTERNAL', `this is not ${kind.what}: ${told(checked.fault)}`);
  try {
    return `${JSON.stringify(checked.value)}\n`;
  } catch (error) {
    // The longest text of a JavaScript engine is about 500 MB: some five million files.
    if (!(error instanceof RangeError)) throw error;
    throw new DrillError(
      'NOT_SUPPORTED',
      `${kind.what} of this snapshot would be longer than a text can be`,
      {
        hint: 'back up fewer tables in one snapshot',
        cause: error,
      },
    );
  }
}

function decode<T>(kind: Kind<T>, text: string, path: string): T {
  const raw = parseJson(text, path);
  checkFormat(raw, path, kind.highestVersion);
  const checked = check(kind, raw);
  if (!checked.ok) throw corrupt(path, told(checked.fault));
  return checked.value;
}

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** A copy of `raw` with its keys in their order and no others, or the first thing that is wrong with it. */
function check<T>(kind: Kind<T>, raw: unknown): Checked<T> {
  const result = parsed(kind.schema, raw);
  if (result === undefined)
    return { ok: false, fault: { at: '$', problem: 'has more faults than can be told' } };
  if (result.success) {
    const fault = firstOf(kind.faults(result.data));
    return fault ? { ok: false, fault } : { ok: true, value: result.data };
  }
  const issue = result.error.issues[0]!;
  const found = valueAt(raw, issue.path);
  const problem = found === undefined ? 'is missing' : `is ${shown(found)}`;
  return {
    ok: false,
    fault: { at: jsonPath(issue.path), problem: `${problem}; it must be ${issue.message}` },
  };
}

/** Undefined where there are so many faults (some hundred thousand) that zod's own list of them overflows the stack. */
function parsed<T>(schema: z.ZodType<T>, raw: unknown): z.ZodSafeParseResult<T> | undefined {
  try {
    return schema.safeParse(raw);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseJson(text: string, path: string): unknown {
  const tooMany = tooManyValues(text);
  if (tooMany !== undefined) throw corrupt(path, tooMany);
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the text, which may be anything.
    const reason = (error as Error).message.replaceAll(CONTROL_CHARACTERS, '?');
    throw corrupt(path, `is not JSON: ${reason}`, error);
  }
}

function checkFormat(raw: unknown, path: string, highestVersion: number): void {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw corrupt(path, 'is not a JSON object');
  const { formatVersion: version } = raw as { formatVersion?: unknown };
  if (Number.isSafeInteger(version) && (version as number) > highestVersion) {
    const message = `${path} was written by a newer version: it has format ${version as number}`;
    throw new DrillError('REPOSITORY_FORMAT', `${message}, and this one reads up to ${highestVersion}`, {
      hint: 'use the version of backup-drill that wrote it, or a later one',
    });
  }
  // Doris's own documents have the same names, and these keys.
  if (version === undefined && ('backup_time' in raw || 'create_time' in raw)) {
    throw new DrillError(
      'REPOSITORY_FORMAT',
      `${path} was written by Apache Doris itself, not by backup-drill`,
      {
        hint: "the layout is Doris's, but the documents in it are not: read this repository with Doris",
      },
    );
  }
}

const CONTROL_CHARACTERS = /\p{Cc}/gu;
const MAX_SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? value.slice(0, MAX_SHOWN_CHARACTERS) : value;
  return JSON.stringify(text).replaceAll(CONTROL_CHARACTERS, '?') + (text === value ? '' : '…');
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    raw,
  );
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (at, key) => at + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`),
    '$',
  );
}

function corrupt(path: string, problem: string, cause?: unknown): DrillError {
  return new DrillError('REPOSITORY_CORRUPT', `${path}: ${problem}`, {
    hint: 'the file was damaged or edited after it was written: restore it from a copy of the repository',
    cause,
  });
}

const told = ({ at, problem }: Fault): string => `${at} ${problem}`;

function firstOf(faults: Faults): Fault | undefined {
  const { value } = faults.next();
  return value ?? undefined;
}

function* noFaults(): Faults {}
