import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode } from '../base/error-codes.js';
import { DrillError } from '../base/errors.js';
import { onDisk } from '../world/real/errno.js';

/** A scenario's text. Throws SCENARIO_UNREADABLE. */
export const readScenarioFile = (file: string): string =>
  readText(file, 'scenario', 'scenarios/quickstart.yaml is a good one to begin with');

/** The text of a file of measured hardware. Throws SCENARIO_UNREADABLE. */
export const readHardwareFile = (file: string): string =>
  readText(file, 'hardware file', 'drill calibrate --output writes one');

/** What a client printed. Throws IMPORT_UNREADABLE. */
export const readListing = (file: string): string =>
  readText(file, 'listing', 'docs/import.md says how to save what a cluster lists', 'IMPORT_UNREADABLE');

/** The text of a file of benchmark results. Throws BENCHMARKS_UNREADABLE. */
export const readResults = (file: string): string =>
  readText(file, 'benchmark results', 'drill bench --output FILE writes them', 'BENCHMARKS_UNREADABLE');

function readText(
  file: string,
  what: string,
  hint: string,
  unreadable: ErrorCode = 'SCENARIO_UNREADABLE',
): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : message;
    throw new DrillError(unreadable, `cannot read ${what} ${file}: ${why}`, {
      hint,
      cause: error,
    });
  }
}

/** Writes a report, making its directory if need be. */
export function writeReport(file: string, text: string): void {
  onDisk(`writing ${file}`, () => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  });
}
