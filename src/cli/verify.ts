import type { Command } from 'commander';
import { onInterrupt } from './interrupt.js';
import type { VerifyOptions } from './verify-repository.js';

const EXAMPLES = `
Examples:
  $ npx drill verify .drill/runs/quickstart/run/repository
  $ npx drill verify /mnt/backups/__palo_repository_example_repo --json
  $ npx drill verify s3://bucket/prefix --endpoint http://127.0.0.1:9000

Credentials for S3 come from the usual places: the environment, the shared files, the container's or instance's role.`;

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'check the manifests of a repository and every file it holds; names what is missing, extra or corrupt',
    )
    .argument('<repository>', 'location of the repository: a directory, or s3://bucket/prefix')
    .option('--endpoint <url>', "s3: the server's URL; AWS's own without it")
    .option('--region <region>', 's3: the region that requests are signed for')
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
