import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { onDisk } from '../world/real/errno.js';

const EXAMPLES = `
Examples:
  $ npx drill clean
  $ npx drill clean --work-dir /mnt/scratch/drill`;

export function addClean(program: Command): void {
  program
    .command('clean')
    .description('remove the data sets, clusters and repositories that runs have left in the work directory')
    .option('--work-dir <directory>', 'the work directory', '.drill')
    .addHelpText('after', EXAMPLES)
    .action(({ workDir }: { workDir: string }) => {
      // Only what drills put there: a work directory may hold other things.
      const ours = ['data', 'runs']
        .map((name) => path.join(workDir, name))
        .filter((directory) => existsSync(directory));
      onDisk(`removing ${workDir}`, () =>
        ours.forEach((directory) => rmSync(directory, { recursive: true })),
      );
      process.stderr.write(
        ours.length > 0 ? `Removed ${ours.join(' and ')}\n` : `Nothing to remove in ${workDir}\n`,
      );
    });
}
