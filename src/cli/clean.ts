import type { Command } from 'commander';

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
    .action(async ({ workDir }: { workDir: string }) => {
      const { cleanWorkDirectory } = await import('../drill/index.js');
      const removed = cleanWorkDirectory(workDir);
      process.stderr.write(
        `${removed.map((directory) => `Removed ${directory}`).join('\n') || `Nothing to remove in ${workDir}`}\n`,
      );
    });
}
