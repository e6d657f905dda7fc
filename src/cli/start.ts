#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cacheOf, compileCommand, runCommand } from './compiled.js';

/*
 * The command as it is bundled: starts the file beside it that holds all of `main`. Node compiles what it loads each time anew,
 * which took a small run a third of the time until its first byte; V8's code of an earlier run is used where it fits this V8.
 */

/** By name, and told by `bundle.js`: it has the file's hash in it, so that a cache cannot be taken for that of another. */
declare const COMMAND_FILE: string;

const file = fileURLToPath(new URL(COMMAND_FILE, import.meta.url));
runCommand(compileCommand(file, cached()), file);

function cached(): Buffer | undefined {
  try {
    return readFileSync(cacheOf(file));
  } catch {
    return undefined;
  }
}
