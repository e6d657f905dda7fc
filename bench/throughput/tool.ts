import path from 'node:path';
import type { MadeSet } from './data-sets.js';
import { runProcess, type ProcessRun } from './process.js';
import type { S3Server } from './s3-server.js';
import type { Size } from './tree.js';

export const PLACES = ['local', 's3'] as const;
export type Place = (typeof PLACES)[number];

/** A program that copies a directory away and back. */
export interface Tool {
  /** As it is chosen on the command line, and printed. */
  readonly name: string;
  /** Where it can copy to; and what it does to each byte then, which explains its row: a sentence. */
  readonly about: Readonly<Partial<Record<Place, string>>>;
  /** Debian's package that has it, where it is none of ours. */
  readonly package?: string;
  /** What is installed. Throws where nothing is. */
  readonly version: (signal: AbortSignal) => Promise<string>;
  readonly open: (task: Task) => Copying;
}

/** One copy that is to be made, and where. */
export interface Task {
  readonly made: MadeSet;
  /** For all that runs leave to each other: what ours makes its data in, settings and caches of others. */
  readonly workDirectory: string;
  /** Of this run alone: `copy` and `back` in it are there, and empty. */
  readonly runDirectory: string;
  /** Where the copy goes to instead of `copy`. */
  readonly s3: S3Prefix | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** A place in a bucket that is there. */
export interface S3Prefix {
  readonly server: S3Server;
  /** Without `/` at either end. */
  readonly prefix: string;
}

export const isFor = ({ about }: Tool, place: Place): boolean => about[place] !== undefined;

export const copyOf = ({ runDirectory }: Task): string => path.join(runDirectory, 'copy');
export const backOf = ({ runDirectory }: Task): string => path.join(runDirectory, 'back');

/** A copy on its way there and back. Only `backup` and `restore` are measured. */
export interface Copying {
  readonly prepare?: () => Promise<void>;
  readonly backup: () => Promise<Timed>;
  /** What of the files the copy has. */
  readonly copied: () => Promise<Size>;
  readonly restore: () => Promise<Timed>;
  /** What of the files was brought back. */
  readonly restored: () => Promise<Size>;
}

export interface Timed extends Omit<ProcessRun, 'stdout'> {
  /** What the process itself says that its work took, without its start and its end. */
  readonly ownSec?: number;
}

/** The first line of what a command says of itself. */
export async function firstLine(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await runProcess(command, args, { signal });
  return stdout.split('\n')[0]!;
}
