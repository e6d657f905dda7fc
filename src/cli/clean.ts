import { Option, type Command } from 'commander';

const EXAMPLES = `
Examples:
  $ npx drill clean
  $ npx drill clean --work-dir /mnt/scratch/drill
  $ npx drill clean --data-dir .drill/serve`;

export function addClean(program: Command): void {
  program
    .command('clean')
    .description('remove the data sets, clusters and repositories that runs have left in the work directory')
    .option('--work-dir <directory>', 'the work directory', '.drill')
    .addOption(
      new Option(
        '--data-dir <directory>',
        'instead: what a server or a durable run keeps, its repository included',
      ).conflicts('workDir'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async ({ workDir, dataDir }: { workDir: string; dataDir?: string }) => {
      const { cleanDataDirectory, cleanWorkDirectory } = await import('../drill/index.js');
      const removed = dataDir === undefined ? cleanWorkDirectory(workDir) : cleanDataDirectory(dataDir);
      process.stderr.write(
        `${removed.map((directory) => `Removed ${directory}`).join('\n') || `Nothing to remove in ${dataDir ?? workDir}`}\n`,
      );
    });
}
