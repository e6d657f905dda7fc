import type { Command } from 'commander';
import { onInterrupt } from './interrupt.js';
import type { VerifyOptions } from './verify-repository.js';

const EXAMPLES = `
Examples:
  $ npx drill verify .drill/runs/quickstart/run/repository
  $ npx drill verify /mnt/backups/__palo_repository_example_repo --json`;

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'check the manifests of a repository and every file it holds; names what is missing, extra or corrupt',
    )
    .argument('<repository>', 'location of the repository: a directory')
    .option('--json', 'print JSON lines: progress, and the result last')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(async (directory: string, options: VerifyOptions) => {
      const { verify } = await import('./verify-repository.js');
      const interrupt = onInterrupt();
      try {
        process.exitCode = await verify(directory, options, interrupt.signal);
      } finally {
        interrupt.dispose();
      }
    });
}
