import type { Command } from 'commander';
import type { CalibrateCommand } from './calibrate-repository.js';
import { onInterrupt } from './interrupt.js';

const EXAMPLES = `
Examples:
  $ npx drill calibrate --quick
  $ npx drill calibrate --output measured.yaml
  $ npx drill calibrate --repository /mnt/backups --output nas.yaml
  $ npx drill calibrate --repository s3://bucket/prefix --endpoint http://127.0.0.1:9000 --output s3.yaml
  $ npx drill plan scenarios/fleet-100.yaml --hardware measured.yaml

The machine should have nothing else to do meanwhile. What is written to the work directory and to the repository is removed
in the end, also after Ctrl-C. Credentials for S3 come from the usual places: the environment, the shared files, the
container's or instance's role.`;

export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('measure what this machine and a repository give, for predictions: about three minutes')
    .option(
      '--repository <place>',
      'what to measure: a directory, or s3://bucket/prefix; default: a directory under the work directory',
    )
    .option('--endpoint <url>', "s3: the server's URL; AWS's own without it")
    .option('--region <region>', 's3: the region that requests are signed for')
    .option(
      '--no-durable',
      'local: files need not be on the disk itself, as with durable: false in a scenario',
    )
    .option('--output <file>', 'write the hardware file there instead of to standard output')
    .option('--force', 'replace --output if it is there')
    .option('--quick', 'about ten seconds: less of everything, and less exact')
    .option('--work-dir <directory>', 'for files, journals and clusters to measure with', '.drill')
    .option('--json', 'print JSON lines: progress, and the result last')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(async (options: CalibrateCommand) => {
      const { calibrateRepository } = await import('./calibrate-repository.js');
      const interrupt = onInterrupt('removing what was written');
      try {
        await calibrateRepository(options, interrupt.signal);
      } finally {
        interrupt.dispose();
      }
    });
}
