/*
 * Runs the bundled command, as `node bundle-cache.js COMMAND ARGUMENTS…`, and keeps the code that V8 made of what was run for those who
 * start the command: see `src/cli/start.ts`.
 */
import { writeFileSync } from 'node:fs';
import { cacheOf, compileCommand, runCommand } from './dist/src/cli/compiled.js';

const [file] = process.argv.splice(2, 1);
const script = compileCommand(file);
process.on('exit', (code) => {
  if (code === 0) writeFileSync(cacheOf(file), script.createCachedData());
});
runCommand(script, file);
